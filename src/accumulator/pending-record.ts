import type { Reservation } from '../admission/buffer-memory.ts'
import type { Chain } from './chain.ts'
import type { Lane, LaneEntry } from './lane.ts'
import { isFinal, type Outcome } from './outcome.ts'
import { type ProducerRecord, recordSizeBytes } from './producer-record.ts'

/** Somebody who waits for a record's outcome. */
interface Waiter {
  readonly chain: Chain | undefined
  /** In the chain. */
  readonly place: number
  answer(outcome: Outcome): void
}

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
  #waiters: Waiter[] = []

  constructor(record: ProducerRecord, lane: Lane, reservation: Reservation, onGone: () => void) {
    this.record = record
    this.sizeBytes = recordSizeBytes(record)
    this.#lane = lane
    this.#reservation = reservation
    this.#onGone = onGone
    reservation.retain()
  }

  /** `true` when it is behind a gap for everybody who waits for it: it must not be sent. */
  get isCutOff(): boolean {
    for (const { chain, place } of this.#waiters) if (chain === undefined || !chain.cutsOff(place)) return false
    return this.#waiters.length > 0
  }

  /**
   * Resolves with the record's outcome, or with what is known of it after `timeoutMs`, as `tell` words it for this
   * waiter. An outcome that is not final breaks the chain at this record, at once and not a turn later.
   */
  wait(timeoutMs: number, chain?: Chain, tell = (outcome: Outcome) => outcome): Promise<Outcome> {
    return new Promise((resolve) => {
      const place = chain?.take() ?? 0
      const waiter: Waiter = {
        chain,
        place,
        answer: (outcome) => {
          clearTimeout(timer)
          const told = tell(outcome)
          if (!isFinal(told)) chain?.breakAt(place)
          resolve(told)
        },
      }
      const timer = setTimeout(() => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
        waiter.answer(this.#expire())
      }, timeoutMs)
      this.#waiters.push(waiter)
    })
  }

  onSettled(outcome: Outcome): void {
    this.#leave()
    for (const waiter of this.#waiters) waiter.answer(outcome)
    this.#waiters = []
  }

  /** `rejected` only if nobody else waits: another request's record may still go out. */
  #expire(): Outcome {
    const isLast = this.#waiters.length === 0
    if (!isLast || !this.#lane.withdraw(this)) return { kind: 'unknown', reason: 'deadline' }
    this.#leave()
    return { kind: 'rejected', reason: 'expired' }
  }

  #leave(): void {
    this.#reservation.release()
    this.#onGone()
  }
}
