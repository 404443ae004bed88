import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { pino } from 'pino'
import { AccessLog } from '../../src/observability/access-log.ts'

const TOKEN = { name: 'till-7', tokenId: 't1' }

function startLog(t: TestContext) {
  const lines: Record<string, unknown>[] = []
  const logger = pino({ base: null, timestamp: false }, { write: (text: string) => lines.push(JSON.parse(text)) })
  const log = new AccessLog(logger)
  t.after(() => log.stop())
  return { log, lines }
}

test('a first use and a denial have a line each, with whose token it was and where it came from', (t) => {
  const { log, lines } = startLog(t)
  log.used(TOKEN, '10.0.0.7', 'token')
  log.denied({ reason: 'missing', address: '10.0.0.8' })
  log.denied({ reason: 'store or terminal', token: TOKEN, storeId: 'S2', terminalId: 'T1' })
  assert.deepEqual(lines, [
    { level: 30, ...TOKEN, address: '10.0.0.7', msg: 'token used' },
    { level: 40, reason: 'missing', address: '10.0.0.8', msg: 'access denied' },
    { level: 40, reason: 'store or terminal', ...TOKEN, storeId: 'S2', terminalId: 'T1', msg: 'access denied' },
  ])
})

test('a flood from one sender is one line a minute, and one from many is bounded; what has no line is counted', (t) => {
  const { log, lines } = startLog(t)
  for (let n = 0; n < 10_000; n++) log.denied({ reason: 'not-ours', address: '10.0.0.8' })
  assert.equal(lines.length, 1)
  for (let n = 0; n < 10_000; n++) log.denied({ reason: 'not-ours', address: `host-${n}` })
  assert.equal(lines.length, 120)
  log.flush()
  assert.deepEqual(lines.at(-1), {
    level: 40,
    denials: 19_880,
    uses: 0,
    msg: 'more was denied or used than has a line',
  })
  log.denied({ reason: 'not-ours', address: '10.0.0.8' })
  assert.equal(lines.length, 122, 'the next minute')
})

test('of first uses a start of many tills has its lines, and what comes again and again is bounded', (t) => {
  const { log, lines } = startLog(t)
  for (let n = 0; n < 20_000; n++) log.used({ name: `till-${n}`, tokenId: String(n) }, 'here', 'token')
  assert.equal(lines.length, 10_120)
  log.flush()
  assert.equal(lines.at(-1)?.uses, 9_880)
  for (let n = 0; n < 20_000; n++) log.used({ name: `till-${n}`, tokenId: String(n) }, 'here', 'token')
  assert.equal(lines.length, 10_121 + 120)
})
