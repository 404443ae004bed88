import type { Internals } from './internals.ts'
import type { DecodedRecord } from './lent-cluster.ts'

/** A batch, as kafkajs decodes it: what its head says, and its records. */
type DecodedBatch = DecodedRecord['batchContext'] & {
  readonly maxTimestamp: string
  readonly records: (DecodedRecord & { readonly isControlRecord: boolean })[]
}

type DecodeBatch = (fetched: unknown) => Promise<DecodedBatch>

/**
 * Consumer, and single fetches: the position moves to the end that the head of a batch says, as in Java's consumer.
 *
 * Without it, it moves to the last record. The last batch of a producer stays in the log when compaction has removed all
 * its records. Where a fetch holds nothing else, a reader stands still for ever.
 */
export function passEmptiedBatches({ replaceModule }: Internals): void {
  replaceModule<DecodeBatch>('protocol/recordBatch/v0/decoder', (decode) => async (fetched) => {
    const batch = await decode(fetched)
    const { records, ...batchContext } = batch
    const offset = String(BigInt(batch.firstOffset) + BigInt(batch.lastOffsetDelta))
    if (records.at(-1)?.offset === offset) return batch
    // In place of the record that was last. Like a marker of a transaction, it only moves the position.
    const marker = { offset, timestamp: batch.maxTimestamp, key: null, value: null, headers: {}, isControlRecord: true }
    records.push({ ...marker, batchContext })
    return batch
  })
}
