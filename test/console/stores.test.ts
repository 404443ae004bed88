import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findStores, journalsOf as journalsOfStore } from '../../src/console/stores.ts'
import { journalsOf, packed } from './pack.ts'

const RULES = { silentAfterMs: 60_000 }
const whole = packed([[1, Date.now()]])

test('stores are found by the beginning of their names, page by page, in their order', async () => {
  const names = Array.from({ length: 1_000 }, (_, n) => `S${String((n * 7) % 1_000).padStart(3, '0')}/T1/J1`)
  const journals = journalsOf(Object.fromEntries(names.map((name) => [name, whole])))
  const found: string[] = []
  for (let after: string | null = ''; after !== null; ) {
    const page = await findStores(journals, 'S1', { after, limit: 30 }, RULES)
    found.push(...page.entries.map(({ storeId }) => storeId))
    after = page.next
  }
  assert.equal(found.length, 100)
  assert.deepEqual(found, [...found].sort())
  assert.deepEqual(await findStores(journals, 'X', { after: '', limit: 30 }, RULES), { entries: [], next: null })
})

test('a journal shows its missing numbers as runs, and its latest invoices with their places', async () => {
  const journals = journalsOf({ 'A/T1/J1': packed([[1, 5], [2, 6], [5, 7], [7, 8]]), 'A/T2/J1': whole }) // biome-ignore format: pairs
  const { entries, next } = await journalsOfStore(journals, 'A', { after: '', limit: 1 }, RULES)
  assert.equal(next, 'A/T1/J1')
  const [{ missing, missingRuns, recent, last } = assert.fail()] = entries
  assert.deepEqual([last, missing, missingRuns], [7, 3, [[3, 4], [6, 6]]]) // biome-ignore format: pairs
  assert.deepEqual(recent[0], { sequenceNumber: 7, offset: '103', receivedAtMs: 8 })
})

test('of a store that is not known there is nothing', async () => {
  assert.deepEqual(await journalsOfStore(journalsOf({}), 'A', { after: '', limit: 9 }, RULES), {
    ...{ entries: [], next: null },
  })
})
