import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findInvoice } from '../../src/console/invoice.ts'
import { journalsOf, packed } from './pack.ts'

const START_MS = Date.parse('2026-03-14T10:00:00Z')
/** All numbers from 1 to 41 but 31, one a second. */
const TAKEN = Array.from({ length: 40 }, (_, n) => [n < 30 ? n + 1 : n + 2, START_MS + 1_000 * n] as const)
const JOURNALS = journalsOf({ 'A/T1/J1': packed(TAKEN) })
const find = (sequenceNumber: number, storeId = 'A', journals = JOURNALS) =>
  findInvoice(
    journals,
    { storeId, terminalId: 'T1', journalId: 'J1', sequenceNumber },
    { topic: 'sales', partition: 3 },
  )

test('an invoice that was stored lately has its receipt', () => {
  const found = find(41)
  assert.ok(found.state === 'stored')
  const { topic, partition, offset, receivedAt } = found.receipt
  assert.deepEqual([topic, partition, offset, receivedAt], ['sales', 3, '139', '2026-03-14T10:00:39.000Z'])
})

test('one that was stored long ago, one that is missing, and one that was not seen', () => {
  assert.equal(find(1).state, 'stored-before')
  assert.equal(find(31).state, 'missing')
  assert.equal(find(42).state, 'not-seen')
  assert.equal(find(1, 'B').state, 'not-seen')
})

test('while .journals is not known to be about this topic, nothing is said to be in it', () => {
  const journals = { ...JOURNALS, isRight: () => false }
  for (const number of [1, 31, 41, 42]) assert.equal(find(number, 'A', journals).state, 'unsure')
})
