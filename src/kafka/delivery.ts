/** The delivery guarantees that can be chosen, in Kafka's words. */
export type Delivery = 'exactly-once' | 'at-least-once' | 'at-most-once'

/**
 * What each guarantee means for the producer.
 *
 * - `exactly-once`: an idempotent producer (producer id, sequence numbers), all in-sync replicas. A batch is sent again
 *   until the broker has said yes or no, and the broker recognises it.
 * - `at-least-once`: all in-sync replicas, sent again, without sequence numbers. A batch that is sent again can be in
 *   the log twice.
 * - `at-most-once`: the leader alone, never sent again. A batch without an answer may be lost. So may one with an
 *   answer, if the leader fails before its followers have it.
 */
export const PRODUCER_SETTINGS = {
  'exactly-once': { idempotent: true, acks: -1, retries: 3 },
  'at-least-once': { idempotent: false, acks: -1, retries: 3 },
  'at-most-once': { idempotent: false, acks: 1, retries: 0 },
} as const satisfies Record<Delivery, { idempotent: boolean; acks: -1 | 1; retries: number }>
