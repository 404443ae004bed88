import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalName } from '../../../src/invoice/identity.ts'
import type { CursorAnswer } from '../../../src/tools/uploader/cursor-answer.ts'
import { askCursorAt, Cursors } from '../../../src/tools/uploader/cursors.ts'
import * as gateway from './scripted-gateway.ts'
import { scripted } from './send-journal.ts'

const journal = (number: number): JournalName => ({ storeId: 'S1', terminalId: 'T1', journalId: `J${number}` })
const AT_0: CursorAnswer = { kind: 'cursor', cursor: { through: 0, ahead: [] } }

test('a gateway is asked with the token, at the path of the journal, below its own address', async (t) => {
  const server = await scripted(t, gateway.text('{"through":7,"ahead":[],"missing":[]}', {}))
  const access = { url: new URL('shop/', server.url), tokenHeaders: { authorization: 'Bearer x.y.z' } }
  const ask = askCursorAt({ ...access, signal: new AbortController().signal })
  assert.deepEqual(await ask(journal(1), 10_000), {
    kind: 'cursor',
    cursor: { through: 7, ahead: [], missing: [] },
  })
  const [{ path, headers }] = server.received as [gateway.Received]
  assert.equal(path, '/shop/v1/stores/S1/terminals/T1/journals/J1')
  assert.equal(headers.authorization, 'Bearer x.y.z')
})

test('a gateway that does not answer in time is asked again later', async (t) => {
  const server = await scripted(t, () => {})
  const ask = askCursorAt({ url: server.url, tokenHeaders: {}, signal: new AbortController().signal })
  const answer = await ask(journal(1), 50)
  assert.deepEqual(answer, { kind: 'again', reason: 'no answer within 0.1 s', retryAfterMs: undefined })
})

test('each journal is asked for once, until there is an answer that stays true', async () => {
  const asked: string[] = []
  const script: CursorAnswer[] = [
    { kind: 'again', reason: 'busy', retryAfterMs: undefined },
    { kind: 'stop', reason: 'no token' },
    AT_0,
    { kind: 'no-cursor' },
  ]
  const cursors = new Cursors(async ({ journalId }) => {
    asked.push(journalId)
    return script[asked.length - 1] as CursorAnswer
  })
  const kinds: string[] = []
  for (const number of [1, 1, 1, 1, 2, 2, 1]) kinds.push((await cursors.of(journal(number), 1_000)).kind)
  assert.deepEqual(kinds, ['again', 'stop', 'cursor', 'cursor', 'no-cursor', 'no-cursor', 'cursor'])
  assert.deepEqual(asked, ['J1', 'J1', 'J1', 'J2'])
})

test('eight are asked for at once, whoever wants more, and none waits longer than ten seconds for its answer', async () => {
  let [underWay, most] = [0, 0]
  const timeouts = new Set<number>()
  const cursors = new Cursors(async (_, timeoutMs) => {
    timeouts.add(timeoutMs)
    most = Math.max(most, ++underWay)
    await new Promise((resolve) => setImmediate(resolve))
    underWay--
    return AT_0
  })
  await Promise.all(Array.from({ length: 100 }, (_, i) => cursors.of(journal(i), i % 2 === 0 ? 120_000 : 2_000)))
  assert.equal(most, 8)
  assert.deepEqual([...timeouts].sort(), [10_000, 2_000])
})

test('only so many ranges are remembered, and the others are asked for again', async () => {
  let asked = 0
  const ahead = Array.from({ length: 2_000 }, (_, i) => [2 * i + 2, 2 * i + 2] as const)
  const cursors = new Cursors(async () => {
    asked++
    return { kind: 'cursor', cursor: { through: 0, ahead } }
  })
  for (let number = 1; number <= 200; number++) await cursors.of(journal(number), 1_000)
  assert.equal(asked, 200)
  await cursors.of(journal(200), 1_000)
  assert.equal(asked, 200)
  await cursors.of(journal(1), 1_000)
  assert.equal(asked, 201)
})
