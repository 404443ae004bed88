import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sweep } from '../../src/console/journal-sweep.ts'
import { journalsOf, packed } from './pack.ts'

const RULES = { silentAfterMs: 60_000 }
const NEVER = new AbortController().signal

/** Sold every second until `endedMs` ago. */
const sold = (endedMs: number, ...numbers: number[]) => {
  const lastAtMs = Date.now() - endedMs
  return packed(numbers.map((number, index) => [number, lastAtMs - 1_000 * (numbers.length - 1 - index)]))
}

test('stores with missing numbers come with most of them first', async () => {
  const journals = journalsOf({
    'A/T1/J1': sold(0, 1, 2, 3),
    'B/T1/J1': sold(0, 1, 3),
    'C/T1/J1': sold(0, 1, 9),
    'C/T2/J1': sold(0, 1, 3),
  })
  const found = await sweep(journals, RULES, NEVER)
  assert.deepEqual(found?.missing, [
    { storeId: 'C', missing: 8, journals: 2 },
    { storeId: 'B', missing: 1, journals: 1 },
  ])
  assert.deepEqual([found?.stores, found?.journals, found?.storesWithMissing, found?.missingNumbers], [3, 4, 2, 9])
})

test('a terminal is silent by its newest journal; a store is, when all its terminals are', async () => {
  const journals = journalsOf({
    'A/T1/OLD': sold(120_000, 1, 2, 3, 4),
    'A/T1/NEW': sold(0, 1, 2, 3, 4),
    'B/T1/J1': sold(120_000, 1, 2, 3, 4),
    'C/T1/J1': sold(90_000, 1, 2, 3, 4),
    'C/T2/J1': sold(0, 1, 2, 3, 4),
  })
  const found = await sweep(journals, RULES, NEVER)
  assert.deepEqual(
    found?.silent.map(({ storeId, terminalId, longestPauseMs }) => [storeId, terminalId, longestPauseMs]),
    [
      ['C', 'T1', 1_000],
      ['B', 'T1', 1_000],
    ],
  )
  assert.deepEqual([found?.silentTerminals, found?.silentStores], [2, 1])
})

test('what is listed is bounded, whatever there is, and others have their turn meanwhile', async () => {
  const gaps = sold(0, 1, 3)
  const journals = journalsOf(Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`S${n}/T1/J1`, gaps])))
  let turns = 0
  const timer = setInterval(() => turns++, 0)
  const found = await sweep(journals, RULES, NEVER)
  clearInterval(timer)
  assert.deepEqual([found?.stores, found?.missing.length], [20_000, 50])
  assert.ok(turns > 1)
})

test('it ends when nobody watches any more', async () => {
  assert.equal(await sweep(journalsOf({ 'A/T1/J1': sold(0, 1) }), RULES, AbortSignal.abort()), null)
})
