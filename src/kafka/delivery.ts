/** The delivery guarantees that can be chosen, in Kafka's words. */
export type Delivery = 'exactly-once' | 'at-least-once' | 'at-most-once'

/**
 * What each guarantee makes of the producer.
 *
 * - `exactly-once`: an idempotent producer (producer id, sequence numbers), all in-sync replicas, repeated until the
 *   broker has said yes or no. A repeated batch is recognised.
 * - `at-least-once`: all in-sync replicas, repeated, without sequence numbers. A repeated batch can stand twice.
 * - `at-most-once`: the leader alone, never repeated. What was not answered may be lost, and so may be what was
 *   answered, if the leader fails before its followers have it.
 */
export const PRODUCER_SETTINGS = {
  'exactly-once': { idempotent: true, acks: -1, retries: 3 },
  'at-least-once': { idempotent: false, acks: -1, retries: 3 },
  'at-most-once': { idempotent: false, acks: 1, retries: 0 },
} as const satisfies Record<Delivery, { idempotent: boolean; acks: -1 | 1; retries: number }>
