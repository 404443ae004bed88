import type { RejectionReason, UnknownReason } from './outcome.ts'
import type { ProducerRecord } from './producer-record.ts'

/**
 * What became of a whole batch. Definitely not in the log: `rejected`, `too-large` (the lane tries smaller batches) and
 * `not-attempted` (it was recalled; records that were not withdrawn go back to their lane).
 */
export type BatchOutcome =
  | { readonly kind: 'acknowledged'; readonly baseOffset: bigint | null }
  | { readonly kind: 'rejected'; readonly reason: RejectionReason }
  | { readonly kind: 'unknown'; readonly reason: UnknownReason }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'not-attempted' }

/**
 * Records of one partition that are sent together or not at all. They never change: a retry sends the same records, so
 * that the broker can recognise them by producer id and sequence number.
 *
 *     fresh --beginAttempt()--> attempted --end()--> ended   (every retry is an attempt; none after the end)
 *       | ^                         |
 *       | +---attemptRefused()------+                        (if no other attempt is open)
 *       |
 *       +-----recall()--------> recalled                     (final; beginAttempt() returns false from now on)
 *
 * - *fresh*: none of its bytes were handed to a socket, or the broker has refused every attempt. Its records are
 *   definitely not in the log.
 * - *attempted*: it may be in the log until the broker says otherwise. It cannot be recalled.
 * - *recalled*: it will never be sent; its records go back to their lane or are rejected.
 * - *ended*: its outcome was reported; whoever still holds it must not send it any more.
 *
 * The publisher calls `beginAttempt` at the last moment before bytes can leave. `beginAttempt` and `recall` are
 * synchronous, so a batch is never both recalled and sent.
 */
export class ProducerBatch {
  readonly partition: number
  readonly records: readonly ProducerRecord[]
  readonly sizeBytes: number
  /** Monotonic time at which the batch left its lane. */
  readonly createdAtMs: number
  #heldMs = 0
  #heldAtMs = Number.NEGATIVE_INFINITY
  #attempts = 0
  #recalled = false
  #ended = false

  constructor(partition: number, records: readonly ProducerRecord[], sizeBytes: number, createdAtMs: number) {
    if (records.length === 0) throw new Error('a batch holds at least one record')
    this.partition = partition
    this.records = records
    this.sizeBytes = sizeBytes
    this.createdAtMs = createdAtMs
  }

  /** How many attempts may have been appended: handed to a socket, and not refused by the broker. */
  get attempts(): number {
    return this.#attempts
  }

  /** For how long a quota of Kafka has held it back so far. */
  get heldMs(): number {
    return this.#heldMs
  }

  /** Monotonic time at which a quota last held it back. */
  get heldAtMs(): number {
    return this.#heldAtMs
  }

  get isRecalled(): boolean {
    return this.#recalled
  }

  /** A quota has held it back for another `ms`. */
  hold(ms: number, nowMs = performance.now()): void {
    this.#heldMs += ms
    this.#heldAtMs = nowMs
  }

  /** Enters *attempted*. `false`: the batch was recalled or has ended, and must not be sent. */
  beginAttempt(): boolean {
    if (this.#recalled || this.#ended) return false
    this.#attempts++
    return true
  }

  /** The broker has answered the latest attempt: it was not appended. This says nothing about earlier attempts. */
  attemptRefused(): void {
    if (this.#attempts === 0) throw new Error('no attempt is open')
    this.#attempts--
  }

  /** Enters *ended*. */
  end(): void {
    this.#ended = true
  }

  /** Enters *recalled*. `false` if it is attempted: then only the broker knows. */
  recall(): boolean {
    if (this.#attempts > 0) return false
    this.#recalled = true
    return true
  }
}
