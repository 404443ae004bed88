import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { summaryOf } from '../../src/dedup/journal-summary.ts'
import { unpackJournal } from '../../src/dedup/journal-value.ts'
import { packed } from '../console/pack.ts'

test('a journal’s highest number, what is missing below it, its last time and its longest pause', () => {
  assert.deepEqual(
    summaryOf(
      packed([
        [1, 1_000],
        [2, 1_500],
        [5, 4_000],
        [9, 4_100],
      ]),
    ),
    {
      // biome-ignore format: pairs
      ...{ last: 9, missing: 5, receivedAtMs: 4_100, longestPauseMs: 2_500 },
    },
  )
})

test('of few invoices no pace is known', () => {
  assert.deepEqual(summaryOf(packed([])), { last: 0, missing: 0, receivedAtMs: 0, longestPauseMs: null })
  assert.equal(summaryOf(packed([[1, 1], [2, 2], [3, 3]])).longestPauseMs, null) // biome-ignore format: pairs
})

test('it says what the whole journal says', () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 40 })
  fc.assert(
    fc.property(numbers, (taken) => {
      const text = packed(taken.map((number, index) => [number, 1_000 * index]))
      const { through, ahead } = unpackJournal(text)
      const { last, missing } = summaryOf(text)
      assert.equal(last, ahead.at(-1)?.[1] ?? through)
      assert.equal(missing, last - taken.length)
    }),
  )
})
