import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Throttles } from '../../src/kafka/throttles.ts'

function start(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const said: string[] = []
  const throttles = new Throttles((what, broker, ms) =>
    said.push(what === 'ended' ? `${what} ${broker}` : `${what} ${broker} ${ms}`),
  )
  t.after(() => throttles.stop())
  return { said, throttles, pass: (ms: number) => t.mock.timers.tick(ms) }
}

test('pauses that follow each other are one throttling: each is told, its beginning and its end once', (t) => {
  const { said, throttles, pass } = start(t)
  for (let n = 0; n < 3; n++) {
    throttles.note({ broker: 'a:1', throttleMs: 900 })
    pass(1_000)
    throttles.note({ broker: 'a:1', throttleMs: 0 })
    pass(3_000)
  }
  assert.deepEqual(said, ['began a:1 900', 'pause a:1 900', 'pause a:1 900', 'pause a:1 900'])
  pass(5_000)
  assert.deepEqual(said.slice(4), ['ended a:1'])
  throttles.note({ broker: 'a:1', throttleMs: 0 })
  throttles.note({ broker: 'a:1', throttleMs: 100 })
  assert.deepEqual(said.slice(5), ['began a:1 100', 'pause a:1 100'])
})

test('brokers are told apart; a pause of days ends without an answer too, and so does all at the stop', (t) => {
  const { said, throttles, pass } = start(t)
  throttles.note({ broker: 'a:1', throttleMs: 9 * 86_400_000 })
  throttles.note({ broker: 'b:2', throttleMs: 100 })
  pass(6_000)
  assert.deepEqual(said.slice(4), ['ended b:2'])
  pass(20_000)
  assert.deepEqual(said.slice(5), ['ended a:1'])
  throttles.note({ broker: 'b:2', throttleMs: 100 })
  throttles.stop()
  assert.deepEqual(said.slice(6), ['began b:2 100', 'pause b:2 100', 'ended b:2'])
})

test('how many brokers are told apart is bounded', (t) => {
  const { said, throttles } = start(t)
  for (let n = 0; n < 300; n++) throttles.note({ broker: `host-${n}:1`, throttleMs: 10 })
  assert.equal(said.filter((line) => line.startsWith('began')).length, 101)
  assert.equal(said.at(-1), 'pause others 10')
})
