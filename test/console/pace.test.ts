import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OUT_OF_USE_MS, paceOf } from '../../src/console/pace.ts'
import { packed } from './pack.ts'

const RULES = { silentAfterMs: 60_000 }
const TOUCHED_MS = 1_000_000_000
/** The pace so long after the last of four invoices, of which the first two have the longest pause between them. */
const after = (pauseMs: number, longestPauseMs: number | null) => {
  const times = longestPauseMs === null ? [0] : [longestPauseMs, 2, 1, 0]
  const taken = times.map(
    (beforeMs, index) => [index + 1, TOUCHED_MS - (index === 0 ? beforeMs + 2 : beforeMs)] as const,
  )
  return paceOf(packed(taken), TOUCHED_MS, TOUCHED_MS + pauseMs, RULES)
}

test('a till is silent after three times its longest pause, but not before the least time', () => {
  assert.equal(after(59_999, 1_000), 'sending')
  assert.equal(after(60_000, 1_000), 'silent')
  assert.equal(after(299_999, 100_000), 'sending')
  assert.equal(after(300_000, 100_000), 'silent')
})

test('after a day it is out of use; before its pace is known it is not silent', () => {
  assert.equal(after(OUT_OF_USE_MS - 1, 1_000), 'silent')
  assert.equal(after(OUT_OF_USE_MS, 1_000), 'unused')
  assert.equal(after(OUT_OF_USE_MS - 1, null), 'sending')
})
