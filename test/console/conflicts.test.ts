import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conflictIn } from '../../src/console/conflict-record.ts'
import { RecentConflicts, type SeenConflict } from '../../src/console/conflicts.ts'

const conflict = (atMs: number, changes: Partial<SeenConflict> = {}): SeenConflict => ({
  ...{ storeId: 'A', terminalId: 'T1', journalId: 'J1', sequenceNumber: 1, atMs, from: 'refused', offset: null },
  ...changes,
})

test('the latest of both sources come first, in all or of one store', () => {
  const conflicts = new RecentConflicts()
  for (const one of [conflict(1), conflict(3, { storeId: 'B' }), conflict(2, { from: 'stored', offset: '9' })])
    conflicts.note(one)
  const times = (storeId?: string) => conflicts.latest(9, storeId).map(({ atMs }) => atMs)
  assert.deepEqual([times(), times('A')], [[3, 2, 1], [2, 1]]) // biome-ignore format: pairs
  conflicts.forgetStored()
  assert.deepEqual(times(), [3, 1])
})

test('their number is bounded', () => {
  const conflicts = new RecentConflicts()
  for (let atMs = 0; atMs < 1_000; atMs++) conflicts.note(conflict(atMs))
  assert.deepEqual([conflicts.size, conflicts.latest(1)[0]?.atMs], [200, 999])
})

test('a record of .conflicts is read by its headers alone', () => {
  const headers = {
    ce_id: Buffer.from('7'),
    ce_source: Buffer.from('/stores/A/terminals/T1/journals/J1'),
    'pos-raw-offset': Buffer.from('12'),
  }
  const read = (others: Record<string, Buffer> = {}) =>
    conflictIn({ offset: 3, timestampMs: 5, key: null, value: Buffer.from('{}'), headers: { ...headers, ...others } })
  assert.deepEqual(read(), conflict(5, { sequenceNumber: 7, from: 'stored', offset: '12' }))
  assert.equal(read({ ce_source: Buffer.from('other') }), undefined)
  assert.equal(read({ ce_id: Buffer.from('x') }), undefined)
})
