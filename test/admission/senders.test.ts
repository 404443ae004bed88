import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Senders } from '../../src/admission/senders.ts'

const LIMITS = { maxConnections: 2, memoryBytes: 1_000, uploadMemoryBytes: 500, timeShare: 0.5 }

test('time counts only while others send too', () => {
  const senders = new Senders(LIMITS)
  const [busy, other] = [senders.named('busy'), senders.named('other')]
  busy.charge(5_000, 0)
  assert.equal(senders.obstacle(busy, 0), null)
  assert.equal(senders.obstacle(other, 10), null)
  const problem = senders.obstacle(busy, 20)
  assert.equal(problem?.slug, 'sender-limit')
  assert.equal(problem?.bound, 'sender-time')
  const seconds = problem?.retryAfterSeconds as number
  assert.ok(seconds >= 3.9 && seconds < 6.1, `${seconds}`)
  busy.charge(5_000, 30_000)
  assert.equal(senders.obstacle(busy, 30_000), null, 'the other has been gone for long')
})

test('with the whole share there is no bound on time', () => {
  const senders = new Senders({ ...LIMITS, timeShare: 1 })
  senders.named('a').charge(60_000, 0)
  senders.obstacle(senders.named('b'), 0)
  assert.equal(senders.obstacle(senders.named('a'), 0), null)
  senders.stranger('a').charge(60_000, 0)
  assert.equal(senders.strangerObstacle(senders.stranger('a'), 0), null)
})

test('a sender with too many connections is told so', () => {
  const senders = new Senders(LIMITS)
  const sender = senders.named('a')
  sender.connections = 2
  assert.equal(senders.obstacle(sender, 0), null)
  sender.connections = 3
  assert.equal(senders.obstacle(sender, 0)?.bound, 'sender-connections')
  assert.equal(senders.named('a'), sender, 'it is remembered')
})

test('a stranger waits while a sender sends, and no sender waits for what strangers took', () => {
  const senders = new Senders(LIMITS)
  const stranger = senders.stranger('10.0.0.7')
  stranger.charge(5_000, 0)
  assert.equal(senders.strangerObstacle(stranger, 0), null, 'nobody sends')
  assert.equal(senders.obstacle(senders.named('10.0.0.7'), 0), null)
  assert.equal(senders.obstacle(senders.named('10.0.0.8'), 0), null)
  assert.equal(senders.obstacle(senders.named('10.0.0.7'), 0), null, 'the till at that address')
  const problem = senders.strangerObstacle(stranger, 0)
  assert.deepEqual([problem?.slug, problem?.bound], ['sender-limit', 'sender-time'])
  assert.equal(senders.strangerObstacle(senders.stranger('10.0.0.8'), 0), null)
  assert.equal(senders.strangerObstacle(stranger, 10_001), null, 'the tills have been gone for long')
  assert.equal(senders.stranger('10.0.0.7'), stranger, 'it is remembered')
})

test('strangers do not count as others: whoever sends alone has all of the time beside them', () => {
  const senders = new Senders(LIMITS)
  const busy = senders.named('busy')
  busy.charge(5_000, 0)
  assert.equal(senders.obstacle(busy, 0), null)
  senders.strangerObstacle(senders.stranger('10.0.0.7'), 1)
  assert.equal(senders.obstacle(busy, 2), null)
})
