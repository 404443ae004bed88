import type { Reservation } from './buffer-memory.ts'
import type { Lane, LaneEntry } from './lane.ts'
import type { Outcome } from './outcome.ts'
import { type ProducerRecord, recordSizeBytes } from './producer-record.ts'

/**
 * A record whose outcome is not known yet, and everybody who waits for it: the request that brought it and those that
 * brought the same document again meanwhile. All of them get the one outcome. A request whose deadline passes first
 * is told `unknown` (or `rejected`, where nothing can have left) and the record stays in its lane.
 */
export class PendingRecord implements LaneEntry {
  readonly record: ProducerRecord
  readonly sizeBytes: number
  state: LaneEntry['state'] = 'waiting'
  readonly #lane: Lane
  readonly #reservation: Reservation
  readonly #onGone: () => void
  readonly #waiters = new Set<(outcome: Outcome) => void>()

  constructor(record: ProducerRecord, lane: Lane, reservation: Reservation, onGone: () => void) {
    this.record = record
    this.sizeBytes = recordSizeBytes(record)
    this.#lane = lane
    this.#reservation = reservation
    this.#onGone = onGone
    reservation.retain()
  }

  /** Resolves with the record's outcome, or with what is known of it after `timeoutMs`. */
  wait(timeoutMs: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const answer = (outcome: Outcome) => {
        clearTimeout(timer)
        resolve(outcome)
      }
      const timer = setTimeout(() => {
        this.#waiters.delete(answer)
        resolve(this.#expire())
      }, timeoutMs)
      this.#waiters.add(answer)
    })
  }

  onSettled(outcome: Outcome): void {
    this.#leave()
    for (const answer of this.#waiters) answer(outcome)
    this.#waiters.clear()
  }

  /** `rejected` only if nobody else waits: another request's record may still go out. */
  #expire(): Outcome {
    const isLast = this.#waiters.size === 0
    if (!isLast || !this.#lane.withdraw(this)) return { kind: 'unknown', reason: 'deadline' }
    this.#leave()
    return { kind: 'rejected', reason: 'expired' }
  }

  #leave(): void {
    this.#reservation.release()
    this.#onGone()
  }
}
