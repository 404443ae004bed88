import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { appendedTo } from '../../bench/log-batches.ts'
import { encodeRecordBatch } from '../../src/kafka/kafkajs/record-batch.ts'

test('the batches of a segment are counted, with their records and the bytes of the invoices', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-log-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, '00000000000000000000.log')
  const first = batchOf(1_500, 3, 200_000)
  const second = batchOf(70)
  await writeFile(file, Buffer.concat([first, second]))

  const bytes = first.length + second.length
  assert.deepEqual(appendedTo(file, 0), { batches: 2, records: 4, bytes, valueBytes: 201_573 })
  assert.deepEqual(appendedTo(file, first.length), { batches: 1, records: 1, bytes: second.length, valueBytes: 70 })
  assert.deepEqual(appendedTo(file, bytes), { batches: 0, records: 0, bytes: 0, valueBytes: 0 })
})

function batchOf(...valueBytes: number[]): Buffer {
  const messages = valueBytes.map((bytes) => ({
    key: Buffer.from('S1'),
    value: Buffer.alloc(bytes, 'x'),
    headers: { ce_id: '1', ce_source: 'x'.repeat(200) },
  }))
  return Buffer.from(encodeRecordBatch(messages, { producerId: 5n, producerEpoch: 0, firstSequence: 9 }, 1, 0))
}
