import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outlineOf } from '../../src/console/record.ts'

const IDENTITY = { storeId: 'A', terminalId: 'T1', journalId: 'J1', sequenceNumber: 7 }
const HEADERS = {
  ce_id: Buffer.from('7'),
  ce_source: Buffer.from('/stores/A/terminals/T1/journals/J1'),
  secret: Buffer.from('MARKER'),
}
const RECORD = { offset: '9', timestampMs: 1, key: 'A', headers: HEADERS, sizeBytes: 5, sha256: 'ab' }

test('a record is shown without the values of its headers', () => {
  const shown = outlineOf(RECORD, IDENTITY)
  assert.deepEqual(shown, {
    ...{ state: 'read', timestampMs: 1, key: 'A', sizeBytes: 5, sha256: 'ab' },
    headerNames: ['ce_id', 'ce_source', 'secret'],
  })
  assert.doesNotMatch(JSON.stringify(shown), /MARKER/)
})

test('nothing is shown of the record of another invoice, and none of one that is gone', () => {
  assert.deepEqual(outlineOf(RECORD, { ...IDENTITY, sequenceNumber: 8 }), { state: 'other' })
  assert.deepEqual(outlineOf(RECORD, { ...IDENTITY, storeId: 'B' }), { state: 'other' })
  assert.deepEqual(outlineOf(undefined, IDENTITY), { state: 'gone' })
})
