import type { Reservation } from '../admission/buffer-memory.ts'
import type { Chain } from './chain.ts'
import { Lane, type LaneLimits } from './lane.ts'
import type { Outcome } from './outcome.ts'
import { PendingRecord } from './pending-record.ts'
import type { ProducerRecord } from './producer-record.ts'
import type { Publisher } from './publisher.ts'
import { ShortLivedMap } from './short-lived-map.ts'

export interface AccumulatorOptions {
  readonly publisher: Publisher
  /** Number of lanes, one a partition. */
  readonly partitions: number
  readonly limits: LaneLimits
  /** How long a request waits for an outcome before it is told what is known. */
  readonly deliveryTimeoutMs: number
  /** Monotonic clock, in milliseconds. */
  readonly now?: () => number
}

/**
 * Gathers records into batches, one lane a partition, and hands them to the one shared publisher.
 *
 * At most one record of an identity is under way: the same bytes again join it (one record, equal answers). Other bytes
 * wait for its outcome and are a conflict if it was acknowledged. The join lasts until the outcome is known, however long
 * ago the first request was answered `unknown`: a till that resends while the batch still retries makes no second record.
 *
 * A join never makes sendable what is cut off: that record is settled, and the new one goes to the end of the lane. Nor
 * does it change the order of a chain: a record that stands before the chain's last one is not joined but rejected with
 * `predecessor`, and can be sent when its outcome is known.
 */
export class Accumulator {
  readonly #publisher: Publisher
  readonly #lanes: readonly Lane[]
  readonly #stallAfterMs: number
  readonly #now: () => number
  readonly #deliveryTimeoutMs: number
  readonly #pending = new ShortLivedMap<string, PendingRecord>()
  #intake: 'not-ready' | 'open' | 'draining' = 'not-ready'
  #onEmpty: (() => void) | null = null

  constructor(options: AccumulatorOptions) {
    const { publisher, partitions, limits, now = () => performance.now() } = options
    this.#publisher = publisher
    this.#stallAfterMs = limits.stallAfterMs
    this.#now = now
    this.#lanes = Array.from({ length: partitions }, (_, partition) => new Lane(partition, publisher, limits, now))
    this.#deliveryTimeoutMs = options.deliveryTimeoutMs
  }

  /** Records whose outcome is not known yet. */
  get pendingRecords(): number {
    return this.#pending.size
  }

  /** Lanes whose batch has been out for too long; they take nothing new. */
  get stalledLanes(): number {
    return this.#lanes.filter((lane) => lane.isStalled).length
  }

  /**
   * `true` when a lane is stalled and no broker has answered anything for as long: Kafka is out of reach, not one
   * partition. No lane takes anything new then.
   */
  get isStuck(): boolean {
    if (this.#now() - this.#publisher.lastAnswerAtMs < this.#stallAfterMs) return false
    return this.#lanes.some((lane) => lane.isStalled)
  }

  /** Takes records from now on, unless it drains already. */
  open(): void {
    if (this.#intake === 'not-ready') this.#intake = 'open'
  }

  /**
   * Resolves, after at most `deliveryTimeoutMs`, with what is known of the record; never rejects. The reservation is
   * held until the record's outcome is settled, which can be later than that. A record of a `chain` is sent only as
   * long as every earlier one of it is, or will be, in the log; otherwise it is rejected with `predecessor`.
   */
  append(record: ProducerRecord, reservation: Reservation, chain?: Chain): Promise<Outcome> {
    if (chain?.isBroken) return rejected('predecessor')
    const underWay = this.#pending.get(record.identity)
    if (underWay !== undefined && !underWay.giveWay()) return this.#join(underWay, record, chain)
    if (this.#intake !== 'open') return rejected(this.#intake, chain)
    const lane = this.#lanes[record.partition]
    if (lane === undefined) throw new Error(`no partition ${record.partition}`)
    if (lane.isStalled || this.isStuck) return rejected('stalled', chain)

    const pending = new PendingRecord(record, lane, reservation, () => this.#forget(record.identity))
    this.#pending.set(record.identity, pending)
    lane.append(pending)
    return pending.wait(this.#deliveryTimeoutMs, chain)
  }

  #join(underWay: PendingRecord, record: ProducerRecord, chain?: Chain): Promise<Outcome> {
    const isSame = underWay.record.value.equals(record.value)
    if (!isSame) return underWay.waitWithOtherBytes(this.#deliveryTimeoutMs, chain)
    if (chain !== undefined && !underWay.mayJoin(chain)) return rejected('predecessor', chain)
    return underWay.wait(this.#deliveryTimeoutMs, chain)
  }

  /**
   * Takes no new record and resolves when every outcome is known; after `timeoutMs` it settles the rest itself, as
   * `rejected` or `unknown`. Resolves `true` when nothing had to be settled that way.
   */
  async drain(timeoutMs: number): Promise<boolean> {
    this.#intake = 'draining'
    if (this.#pending.size > 0) await this.#emptyOr(timeoutMs)
    const isClean = this.#pending.size === 0
    for (const lane of this.#lanes) lane.abandon()
    return isClean
  }

  #emptyOr(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs)
      this.#onEmpty = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #forget(identity: string): void {
    this.#pending.delete(identity)
    if (this.#pending.size === 0) this.#onEmpty?.()
  }
}

function rejected(reason: Extract<Outcome, { kind: 'rejected' }>['reason'], chain?: Chain): Promise<Outcome> {
  chain?.breakAt()
  return Promise.resolve({ kind: 'rejected', reason })
}
