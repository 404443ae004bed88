import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import '../../../src/kafka/kafkajs/index.ts'
import { committedRecords, type DecodedRecord } from '../../../src/kafka/kafkajs/lent-cluster.ts'
import { compactedBatch, fetchedBatches } from './compacted-batch.ts'

const require = createRequire(import.meta.url)
const Decoder = require('kafkajs/src/protocol/decoder')
const decodeMessages = require('kafkajs/src/protocol/requests/fetch/v4/decodeMessages')
const Batch = require('kafkajs/src/consumer/batch')

const [ABORT, COMMIT] = [Buffer.from([0, 0, 0, 0]), Buffer.from([0, 0, 0, 1])]
const open = { isTransactional: true }
const marker = { isTransactional: true, isControl: true }

/** What is handed on of a fetch from `offset` on, and where a consumer and a single fetch read on. */
async function readFrom(offset: number, batches: readonly Buffer[], firstAborted: readonly number[] = []) {
  const messages: DecodedRecord[] = await decodeMessages(new Decoder(fetchedBatches(batches)))
  const abortedTransactions = firstAborted.map((first) => ({ producerId: '7', firstOffset: String(first) }))
  const fetched = { partition: 0, highWatermark: '1000', lastStartOffset: '0', abortedTransactions, messages }
  const batch = new Batch('sales', String(offset), fetched)
  const last = messages.at(-1)?.batchContext
  const isPassed = !batch.isEmpty() || batch.isEmptyDueToFiltering()
  return {
    records: committedRecords('sales', offset, fetched).map(({ offset, key }) => `${offset} ${key}`),
    consumer: isPassed ? Number(batch.lastOffset()) + 1 : offset,
    single: last === undefined ? offset : Number(last.firstOffset) + last.lastOffsetDelta + 1,
  }
}

test('a batch without any record is passed', async () => {
  const read = await readFrom(709, [compactedBatch({ first: 709, last: 726 })])
  assert.deepEqual(read, { records: [], consumer: 727, single: 727 })
})

test('a batch is passed to its end if its last records are gone', async () => {
  const read = await readFrom(10, [compactedBatch({ first: 10, last: 19, keys: ['a', 'b'] })])
  assert.deepEqual(read, { records: ['10 a', '11 b'], consumer: 20, single: 20 })
})

test('it is passed from an offset behind its last record, too', async () => {
  const read = await readFrom(15, [compactedBatch({ first: 10, last: 19, keys: ['a', 'b'] })])
  assert.deepEqual(read, { records: [], consumer: 20, single: 20 })
})

test('a whole batch has its own records alone', async () => {
  const read = await readFrom(10, [compactedBatch({ first: 10, last: 11, keys: ['a', 'b'] })])
  assert.deepEqual(read, { records: ['10 a', '11 b'], consumer: 12, single: 12 })
})

test('batches without records hide nothing of those around them', async () => {
  const batches = [
    compactedBatch({ first: 0, last: 4 }),
    compactedBatch({ first: 5, last: 5, keys: ['a'] }),
    compactedBatch({ first: 6, last: 6, ...marker }),
    compactedBatch({ first: 9, last: 12, keys: ['b'] }),
    compactedBatch({ first: 13, last: 13 }),
  ]
  assert.deepEqual(await readFrom(0, batches), { records: ['5 a', '9 b'], consumer: 14, single: 14 })
})

test('an aborted transaction ends at its marker, whatever compaction has left of its records', async () => {
  for (const keys of [[], ['a'], ['a', 'b', 'c']]) {
    const batches = [
      compactedBatch({ first: 0, last: 2, keys, ...open }),
      compactedBatch({ first: 3, last: 3, keys: [ABORT], ...marker }),
      compactedBatch({ first: 4, last: 5, keys: ['kept'], ...open }),
      compactedBatch({ first: 6, last: 6, keys: [COMMIT], ...marker }),
    ]
    assert.deepEqual(await readFrom(0, batches, [0]), { records: ['4 kept'], consumer: 7, single: 7 }, `${keys}`)
  }
})

test('two aborted transactions without records, then a committed one', async () => {
  const batches = [
    compactedBatch({ first: 0, last: 2, ...open }),
    compactedBatch({ first: 3, last: 3, keys: [ABORT], ...marker }),
    compactedBatch({ first: 4, last: 6, ...open }),
    compactedBatch({ first: 7, last: 7, keys: [ABORT], ...marker }),
    compactedBatch({ first: 8, last: 8, keys: ['kept'], ...open }),
  ]
  assert.deepEqual(await readFrom(0, batches, [0, 4]), { records: ['8 kept'], consumer: 9, single: 9 })
})

test('a batch that the fetch has cut short is not passed', async () => {
  const cut = compactedBatch({ first: 5, last: 9, keys: ['b'] }).subarray(0, 65)
  const read = await readFrom(0, [compactedBatch({ first: 0, last: 4 }), cut])
  assert.deepEqual(read, { records: [], consumer: 5, single: 5 })
  assert.deepEqual(await readFrom(5, [cut]), { records: [], consumer: 5, single: 5 })
})

test('a fetch of nothing, as at an open transaction, moves no position', async () => {
  assert.deepEqual(await readFrom(5, []), { records: [], consumer: 5, single: 5 })
})
