import type { BatchOutcome, ProducerBatch } from './producer-batch.ts'

/**
 * The seam to Kafka. One publisher, with one idempotent producer inside, serves all lanes of the process; another
 * client can stand behind it.
 */
export interface Publisher {
  /** Resolves when a producer id was obtained and the topic has the configured partitions; tries until `stop`. */
  start(): Promise<void>
  /**
   * Sends one batch to its partition and resolves when nothing more will be tried for it; never rejects. The caller
   * has at most one batch of a partition outstanding. Tries for as long as it takes: deadlines are the caller's.
   */
  publish(batch: ProducerBatch): Promise<BatchOutcome>
  /** Monotonic time of the latest answer from any broker to anything: whether Kafka is there at all. */
  readonly lastAnswerAtMs: number
  /** Sends nothing more from now on: outstanding batches resolve soon, `unknown` where they were attempted. */
  stop(): Promise<void>
}
