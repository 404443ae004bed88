import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { TimeShare } from '../../src/admission/time-share.ts'

const LIMITS = { share: 0.5, burstMs: 1_000 }

test('whoever took more time than its share has to wait until its share covers that', () => {
  const taken = new TimeShare(LIMITS)
  taken.charge(1_000, 0)
  assert.equal(taken.waitMs(0), 0, 'so much may come at once')
  taken.charge(300, 0)
  assert.equal(taken.waitMs(0), 600)
  assert.equal(taken.waitMs(400), 200)
  assert.equal(taken.waitMs(600), 0)
})

test('more than a few seconds of debt are forgiven', () => {
  const taken = new TimeShare(LIMITS)
  for (let i = 0; i < 100; i++) taken.charge(1_000, 0)
  assert.equal(taken.waitMs(0), 8_000)
})

test('whatever is charged: no wait for who stays below the share, and each wait is long enough', () => {
  const charges = fc.array(fc.record({ afterMs: fc.nat(2_000), ms: fc.nat(1_000) }), { maxLength: 50 })
  fc.assert(
    fc.property(charges, (steps) => {
      const taken = new TimeShare(LIMITS)
      let [nowMs, chargedMs] = [0, 0]
      for (const { afterMs, ms } of steps) {
        nowMs += afterMs
        taken.charge(ms, nowMs)
        chargedMs += ms
        const waitMs = taken.waitMs(nowMs)
        if (chargedMs <= 1_000) assert.equal(waitMs, 0)
        assert.ok(taken.waitMs(nowMs + waitMs) < 1e-6)
      }
    }),
  )
})
