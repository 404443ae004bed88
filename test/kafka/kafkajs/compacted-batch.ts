import { encodeRecordBatch, type PlainMessage } from '../../../src/kafka/kafkajs/record-batch.ts'

const [ATTRIBUTES_AT, LAST_OFFSET_DELTA_AT] = [21, 23] as const
const CONTROL = 0x20

interface CompactedBatch {
  readonly first: number
  /** What the head says: the record with this offset may be gone. */
  readonly last: number
  /** Keys of the records that are left, from the first offset on. */
  readonly keys?: readonly (string | Buffer)[]
  readonly isTransactional?: boolean
  /** Whether it is a batch of the marker of a transaction. */
  readonly isControl?: boolean
}

/** The bytes of a batch of producer 7 as compaction leaves it. */
export function compactedBatch(batch: CompactedBatch): Buffer {
  const { first, last, keys = [], isTransactional = false, isControl = false } = batch
  const messages: PlainMessage[] = keys.map((key) => ({ key: Buffer.from(key), value: Buffer.from('a'), headers: {} }))
  const bytes = encodeRecordBatch(
    messages,
    { producerId: 7n, producerEpoch: 0, firstSequence: 0, isTransactional },
    0,
    0,
  )
  bytes.writeBigInt64BE(BigInt(first), 0)
  bytes.writeInt32BE(last - first, LAST_OFFSET_DELTA_AT)
  if (isControl) bytes.writeInt16BE(bytes.readInt16BE(ATTRIBUTES_AT) | CONTROL, ATTRIBUTES_AT)
  return bytes
}

/** As a fetch hands batches on: behind their length. */
export function fetchedBatches(batches: readonly Buffer[]): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(Buffer.concat(batches).length)
  return Buffer.concat([length, ...batches])
}
