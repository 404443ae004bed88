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
  /** `false`: it sent other bytes and wants nothing sent; it only has to know what becomes of these. */
  readonly wantsIt: boolean
  answer(outcome: Outcome): void
}

/**
 * A record whose outcome is not known yet, and everybody who waits for it: the request that brought it and those that
 * brought the same document again meanwhile. All of them get the one outcome. A request whose deadline passes first
 * is told `unknown` (or `rejected`, where nothing can have left) and the record stays in its lane, unless nobody is left
 * who wants it sent.
 */
export class PendingRecord implements LaneEntry {
  readonly record: ProducerRecord
  readonly sizeBytes: number
  state: LaneEntry['state'] = 'waiting'
  position = Number.NaN
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

  /** `true` when nobody wants it sent: it is behind a gap for everybody who waits for it, or nobody does any more. */
  get isCutOff(): boolean {
    for (const { chain, place, wantsIt } of this.#waiters)
      if (wantsIt && (chain === undefined || !chain.cutsOff(place))) return false
    return true
  }

  /**
   * Whether one more record of `chain` may be this one. Before the last record of the chain it would be sent before it,
   * unless the chain has it already.
   */
  mayJoin(chain: Chain): boolean {
    return this.position >= chain.lastPosition || this.#waiters.some((waiter) => waiter.chain === chain)
  }

  /**
   * Leaves the lane for good, if it is cut off and nothing of it can have left; who waits for it is told `rejected`.
   * `false`: it stays, and may be in the log.
   */
  giveWay(): boolean {
    if (!this.isCutOff || !this.#lane.withdraw(this)) return false
    this.onSettled({ kind: 'rejected', reason: 'predecessor' })
    return true
  }

  /**
   * Resolves with the record's outcome, or with what is known of it after `timeoutMs`. An outcome that is not final
   * breaks the chain at this record, at once and not a turn later.
   */
  wait(timeoutMs: number, chain?: Chain): Promise<Outcome> {
    return this.#wait(timeoutMs, chain, true, (outcome) => outcome)
  }

  /** The same for a request with other bytes of the same identity: what becomes of these decides about its own. */
  waitWithOtherBytes(timeoutMs: number, chain?: Chain): Promise<Outcome> {
    return this.#wait(timeoutMs, chain, false, conflictAfter)
  }

  #wait(
    timeoutMs: number,
    chain: Chain | undefined,
    wantsIt: boolean,
    tell: (outcome: Outcome) => Outcome,
  ): Promise<Outcome> {
    return new Promise((resolve) => {
      const place = chain?.take(this.position) ?? 0
      const waiter: Waiter = {
        chain,
        place,
        wantsIt,
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

  /** `rejected` only if nobody else wants it sent: for another request it may still go out. */
  #expire(): Outcome {
    return this.giveWay() ? { kind: 'rejected', reason: 'expired' } : { kind: 'unknown', reason: 'deadline' }
  }

  #leave(): void {
    this.#reservation.release()
    this.#onGone()
  }
}

/** What other bytes with the identity of a record are told: a conflict is final only if that record is in the log. */
function conflictAfter({ kind }: Outcome): Outcome {
  return { kind: 'rejected', reason: kind === 'acknowledged' ? 'identity-conflict' : 'identity-busy' }
}
