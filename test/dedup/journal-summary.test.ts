import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { longestPauseOf, summaryOf } from '../../src/dedup/journal-summary.ts'
import { unpackJournal } from '../../src/dedup/journal-value.ts'
import { packed } from '../console/pack.ts'

test('a journal’s highest number, what is missing below it, and when it was touched', () => {
  const journal = packed([[1, 1_000], [2, 1_500], [5, 4_000], [9, 4_100]]) // biome-ignore format: pairs
  assert.deepEqual(summaryOf(journal), { last: 9, missing: 5, touchedMs: 4_100 })
  assert.equal(longestPauseOf(journal), 2_500)
})

test('the pace is that of the latest invoices; of few none is known', () => {
  assert.equal(longestPauseOf(packed([])), null)
  assert.equal(longestPauseOf(packed([[1, 1], [2, 2], [3, 3]])), null) // biome-ignore format: pairs
  const taken = Array.from(
    { length: 20 },
    (_, index) => [index + 1, index < 4 ? 9_000 * index : 100_000 + index] as const,
  )
  assert.equal(longestPauseOf(packed(taken)), 1)
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
