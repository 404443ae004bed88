import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import { createQuotas } from '../../src/admission/quotas.ts'
import type { Problem } from '../../src/errors.ts'

const till = (storeId = 'S1', terminalId = 'T1') => ({ storeId, terminalId, journalId: 'J1', sequenceNumber: 1 })

/** Quotas over a clock that only moves when the test says so. */
function quotas(limits: { perStore?: number; perTerminal?: number }, startMs = 0) {
  let nowMs = startMs
  const take = createQuotas({ perStore: limits.perStore, perTerminal: limits.perTerminal }, () => nowMs)
  return {
    take,
    takes: (times: number, identity = till()) =>
      Array.from({ length: times }, () => take(identity)).filter((problem) => problem === null).length,
    pass: (ms: number) => {
      nowMs += ms
    },
  }
}

const headers = (problem: Problem | null) => problem?.headers as Record<string, string>

suite('a quota', () => {
  test('lets exactly so many through at once, whatever the number and the time', () => {
    const clock = fc.double({ min: 0, max: 1e10, noNaN: true })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), clock, (perTerminal, startMs) => {
        assert.equal(quotas({ perTerminal }, startMs).takes(perTerminal + 5), perTerminal)
      }),
      { numRuns: 300 },
    )
  })

  test('never lets more than twice as many through in a minute, and in the long run just as many', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 100, maxLength: 100 }),
        (perStore, pausesMs) => {
          const { takes, pass } = quotas({ perStore })
          const takenAtMs: number[] = []
          let nowMs = 0
          for (const pauseMs of pausesMs) {
            pass(pauseMs)
            nowMs += pauseMs
            for (let taken = takes(60); taken > 0; taken--) takenAtMs.push(nowMs)
          }
          for (const fromMs of takenAtMs) {
            const inAMinute = takenAtMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + 60_000).length
            assert.ok(inAMinute <= 2 * perStore)
          }
          assert.ok(takenAtMs.length <= perStore * (1 + nowMs / 60_000) + 1)
          assert.ok(takenAtMs.length > perStore / 2)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('is the whole again after a quiet minute, and a part of it after a part', () => {
    const { takes, pass } = quotas({ perTerminal: 60 })
    assert.equal(takes(100), 60)
    pass(990)
    assert.equal(takes(1), 0)
    pass(10)
    assert.equal(takes(2), 1)
    pass(10_000)
    assert.equal(takes(100), 10)
    pass(60_000)
    assert.equal(takes(100), 60)
    pass(3_600_000)
    assert.equal(takes(100), 60, 'and never more')
  })

  test('says in the header fields of the draft how much it is and when to come again', () => {
    const { take, takes, pass } = quotas({ perTerminal: 3 })
    takes(3)
    pass(4_500)
    const problem = take(till())
    assert.equal(problem?.slug, 'quota-exceeded')
    assert.equal(problem?.status, 429)
    assert.deepEqual(headers(problem), {
      ratelimit: '"terminal";r=0;t=16',
      'ratelimit-policy': '"terminal";q=3;w=60',
    })
    assert.ok(problem.retryAfterSeconds! >= 16 && problem.retryAfterSeconds! < 18)
    pass(16_000)
    assert.equal(take(till()), null, 'who comes as told is taken')
  })

  test('is for each store and each terminal of it', () => {
    const { takes } = quotas({ perTerminal: 2 })
    for (const identity of [till('S1', 'T1'), till('S1', 'T2'), till('S2', 'T1')]) assert.equal(takes(3, identity), 2)
  })

  test('of a store counts for all its terminals, and is named when it is the one', () => {
    const { take, takes } = quotas({ perStore: 3, perTerminal: 2 })
    assert.equal(takes(3, till('S1', 'T1')), 2)
    assert.match(headers(take(till('S1', 'T1'))).ratelimit!, /^"terminal"/)
    assert.equal(takes(3, till('S1', 'T2')), 1)
    assert.match(headers(take(till('S1', 'T2'))).ratelimit!, /^"store"/)
    assert.equal(takes(1, till('S2', 'T2')), 1)
  })

  test('loses nothing to what the other one refuses', () => {
    const { take, takes, pass } = quotas({ perStore: 4, perTerminal: 2 })
    assert.equal(takes(50, till('S1', 'T1')), 2)
    assert.equal(takes(50, till('S1', 'T2')), 2, 'the refused 48 took nothing of the store')
    pass(15_000)
    assert.equal(take(till('S1', 'T3')), null)
  })

  test('that is not set refuses nobody', () => {
    assert.equal(quotas({}).takes(10_000), 10_000)
  })
})
