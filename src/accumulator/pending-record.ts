import type { Reservation } from '../admission/buffer-memory.ts'
import type { Chain } from './chain.ts'
import type { Lane, LaneEntry } from './lane.ts'
import { isFinal, type Outcome, type RejectionReason } from './outcome.ts'
import { type ProducerRecord, recordSizeBytes } from './producer-record.ts'

/** A request that waits for a record's outcome. */
interface Waiter {
  readonly chain: Chain | undefined
  /** Its place in the chain. */
  readonly place: number
  /** `false`: the request sent other bytes and wants nothing sent. It only needs to know what becomes of these. */
  readonly wantsIt: boolean
  answer(outcome: Outcome): void
}

/**
 * A record whose outcome is not known yet, and all requests that wait for it: the one that brought it and those that
 * sent the same document again since. All of them get the same outcome. A request whose deadline passes first is
 * answered `unknown`, and the record stays in its lane. But if no other request wants the record sent, and none of its
 * bytes can have left, it is withdrawn and the answer is `rejected`.
 */
export class PendingRecord implements LaneEntry {
  readonly record: ProducerRecord
  readonly sizeBytes: number
  state: LaneEntry['state'] = 'waiting'
  position = Number.NaN
  appendedAtMs = Number.NaN
  readonly #lane: Lane
  readonly #reservation: Reservation
  readonly #onGone: (outcome: Outcome) => void
  #waiters: Waiter[] = []

  constructor(record: ProducerRecord, lane: Lane, reservation: Reservation, onGone: (outcome: Outcome) => void) {
    this.record = record
    this.sizeBytes = recordSizeBytes(record)
    this.#lane = lane
    this.#reservation = reservation
    this.#onGone = onGone
    reservation.retain()
  }

  /** `true` when no request wants it sent: it is behind a break for all that wait for it, or none waits any more. */
  get isCutOff(): boolean {
    for (const { chain, place, wantsIt } of this.#waiters)
      if (wantsIt && (chain === undefined || !chain.cutsOff(place))) return false
    return true
  }

  /**
   * Whether the next record of `chain` may join this one. Not if this one is ahead of the chain's last record, because
   * it would be sent first, unless the chain already has it.
   */
  mayJoin(chain: Chain): boolean {
    return (
      this.position >= chain.lastPosition || this.#waiters.some((waiter) => waiter.chain === chain && waiter.wantsIt)
    )
  }

  /**
   * Leaves the lane for good if it is cut off and none of its bytes can have left. Requests that wait for it are
   * answered `rejected`. `false`: nothing has changed; it may be in the log, now or later.
   */
  giveWay(): boolean {
    if (!this.isCutOff || !this.#lane.withdraw(this)) return false
    this.onSettled({ kind: 'rejected', reason: 'predecessor' })
    return true
  }

  /**
   * Resolves with the record's outcome, or after `timeoutMs` with what is known by then. An outcome that is not final
   * breaks the chain at this record, in the same turn of the event loop.
   */
  wait(timeoutMs: number, chain?: Chain): Promise<Outcome> {
    return this.#wait(timeoutMs, chain, true, (outcome) => outcome)
  }

  /** The same for a request with other bytes of the same identity: what becomes of this record decides its answer. */
  waitWithOtherBytes(timeoutMs: number, content: 'other' | 'uncompared', chain?: Chain): Promise<Outcome> {
    return this.#wait(timeoutMs, chain, false, content === 'other' ? conflictAfter : () => BUSY)
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

  /** Leaves the lane with this answer, unless it may be in the log. */
  refuse(reason: RejectionReason): void {
    if (this.#lane.withdraw(this)) this.onSettled({ kind: 'rejected', reason })
  }

  onSettled(outcome: Outcome): void {
    this.#leave(outcome)
    for (const waiter of this.#waiters) waiter.answer(outcome)
    this.#waiters = []
  }

  /** `rejected` only if no other request wants it sent; otherwise it may still be sent. */
  #expire(): Outcome {
    if (!this.giveWay()) return { kind: 'unknown', reason: 'deadline' }
    return { kind: 'rejected', reason: this.#lane.isThrottled ? 'throttled' : 'expired' }
  }

  #leave(outcome: Outcome): void {
    this.#reservation.release()
    this.#onGone(outcome)
  }
}

const BUSY: Outcome = { kind: 'rejected', reason: 'identity-busy' }

/** The answer to other content with the identity of a record: a conflict is final only if that record is in the log. */
function conflictAfter({ kind }: Outcome): Outcome {
  return kind === 'acknowledged' ? { kind: 'rejected', reason: 'identity-conflict' } : BUSY
}
