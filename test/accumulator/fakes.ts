import type { LaneLimits } from '../../src/accumulator/lane.ts'
import type { RejectionReason } from '../../src/accumulator/outcome.ts'
import type { BatchOutcome, ProducerBatch } from '../../src/accumulator/producer-batch.ts'
import type { ProducerRecord } from '../../src/accumulator/producer-record.ts'
import type { Publisher } from '../../src/accumulator/publisher.ts'

/** A publisher that the test answers for, batch by batch. */
export class FakePublisher implements Publisher {
  readonly published: { batch: ProducerBatch; values: string[]; answer: (outcome: BatchOutcome) => void }[] = []
  lastAnswerAtMs = 0
  refusal: RejectionReason | null = null

  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  refusalOf(): RejectionReason | null {
    return this.refusal
  }

  publish(batch: ProducerBatch): Promise<BatchOutcome> {
    return new Promise((answer) => {
      this.published.push({ batch, values: batch.records.map(({ value }) => String(value)), answer })
    })
  }

  get latest() {
    const latest = this.published.at(-1)
    if (latest === undefined) throw new Error('nothing was published')
    return latest
  }
}

export const LIMITS: LaneLimits = { maxBatchRecords: 3, maxBatchBytes: 10_000, lingerMs: 0, stallAfterMs: 5_000 }

export function recordOf(identity: string, value = identity, partition = 0): ProducerRecord {
  return { identity, partition, key: Buffer.from('store'), value: Buffer.from(value), headers: { name: 'text' } }
}

/** Lets everything run that waits for the end of this turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
}
