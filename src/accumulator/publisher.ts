import type { RejectionReason } from './outcome.ts'
import type { BatchOutcome, ProducerBatch } from './producer-batch.ts'

/**
 * The seam to Kafka. One publisher, with one producer inside, serves all lanes of the process. Another client can be
 * put behind it.
 */
export interface Publisher {
  /** Resolves once it has a producer id and the topic has the configured partitions. Tries until `stop`. */
  start(): Promise<void>
  /**
   * Sends one batch to its partition and resolves when nothing more will be tried for it; never rejects. The caller has
   * at most one batch per partition outstanding. There is no time-out: deadlines are the caller's.
   */
  publish(batch: ProducerBatch): Promise<BatchOutcome>
  /** Why nothing can be stored in this partition now, whatever is tried; null if nothing is known to stand in the way. */
  refusalOf(partition: number): RejectionReason | null
  /** Monotonic time of the latest answer from any broker to any request: whether Kafka can be reached at all. */
  readonly lastAnswerAtMs: number
  /** Sends nothing more. Outstanding batches resolve soon, as `unknown` if they were attempted. */
  stop(): Promise<void>
}
