import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Sender, Senders } from '../../src/admission/senders.ts'

const LIMITS = { maxConnections: 2, memoryBytes: 1_000, uploadMemoryBytes: 500, timeShare: 0.5 }

test('a sender that took more time than its share has to wait until its share covers that', () => {
  const sender = new Sender('a', LIMITS)
  sender.charge(1_000, 0)
  assert.equal(sender.waitMs(0), 0, 'so much may come at once')
  sender.charge(300, 0)
  assert.equal(sender.waitMs(0), 600)
  assert.equal(sender.waitMs(400), 200)
  assert.equal(sender.waitMs(600), 0)
})

test('more than a few seconds of debt are forgiven', () => {
  const sender = new Sender('a', LIMITS)
  for (let i = 0; i < 100; i++) sender.charge(1_000, 0)
  assert.equal(sender.waitMs(0), 8_000)
})

test('whatever is charged: no wait for who stays below the share, and each wait is long enough', () => {
  const charges = fc.array(fc.record({ afterMs: fc.nat(2_000), ms: fc.nat(1_000) }), { maxLength: 50 })
  fc.assert(
    fc.property(charges, (steps) => {
      const sender = new Sender('a', LIMITS)
      let [nowMs, chargedMs] = [0, 0]
      for (const { afterMs, ms } of steps) {
        nowMs += afterMs
        sender.charge(ms, nowMs)
        chargedMs += ms
        const waitMs = sender.waitMs(nowMs)
        if (chargedMs <= 1_000) assert.equal(waitMs, 0)
        assert.ok(sender.waitMs(nowMs + waitMs) < 1e-6)
      }
    }),
  )
})

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
  assert.ok(seconds >= 7.9 && seconds < 10.1, `${seconds}`)
  busy.charge(5_000, 30_000)
  assert.equal(senders.obstacle(busy, 30_000), null, 'the other has been gone for long')
})

test('with the whole share there is no bound on time', () => {
  const senders = new Senders({ ...LIMITS, timeShare: 1 })
  senders.named('a').charge(60_000, 0)
  senders.obstacle(senders.named('b'), 0)
  assert.equal(senders.obstacle(senders.named('a'), 0), null)
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
