import type { Reservation } from '../admission/buffer-memory.ts'
import { ShortLivedMap } from '../short-lived.ts'
import { within } from '../waiting.ts'
import type { Chain } from './chain.ts'
import { type EndedBatch, Lane, type LaneLimits, type LaneState } from './lane.ts'
import type { Outcome } from './outcome.ts'
import { PendingRecord } from './pending-record.ts'
import type { ProducerRecord } from './producer-record.ts'
import type { Publisher } from './publisher.ts'

export interface AccumulatorOptions {
  readonly publisher: Publisher
  /** Number of lanes: one per partition. */
  readonly partitions: number
  readonly limits: LaneLimits
  /** How long a request waits for the outcome before it is answered with what is known so far. */
  readonly deliveryTimeoutMs: number
  /** Called for each acknowledged record while it is still pending, whether or not a request waits for it. */
  readonly onAcknowledged?: ((outcome: Extract<Outcome, { kind: 'acknowledged' }>) => void) | undefined
  /** Called for each batch that has its outcome, before its records are settled. */
  readonly onBatch?: ((batch: EndedBatch) => void) | undefined
  /** Whether two values, whose bytes differ, are the same document. Default: they are not. */
  readonly compareContent?: ((one: Buffer, other: Buffer) => 'same' | 'other' | 'uncompared') | undefined
  /** Monotonic clock, in milliseconds. */
  readonly now?: () => number
}

/**
 * Gathers records into batches, one lane per partition, and hands them to one shared publisher.
 *
 * At most one record per identity is in flight. The same document again joins it: one record, equal answers. Another
 * one with that identity waits for its outcome and is a conflict if it is acknowledged; one that cannot be compared has to
 * come again then. Joining works until the outcome is known, even if the first request was answered `unknown` long ago. So
 * a till that sends again while the batch is still retried creates no second record.
 *
 * Joining never makes a record sendable that is cut off. The old record is settled, and the new one goes to the end of
 * the lane. Nor does joining change the order of a chain. A record that is ahead of the chain's last one is not joined
 * but rejected with `predecessor`; it can be sent once its outcome is known.
 */
export class Accumulator {
  readonly #publisher: Publisher
  readonly #lanes: readonly Lane[]
  readonly #stallAfterMs: number
  readonly #now: () => number
  readonly #deliveryTimeoutMs: number
  readonly #onAcknowledged: NonNullable<AccumulatorOptions['onAcknowledged']>
  readonly #compareContent: NonNullable<AccumulatorOptions['compareContent']>
  readonly #pending = new ShortLivedMap<string, PendingRecord>()
  #intake: 'not-ready' | 'open' | 'draining' = 'not-ready'
  #onEmpty: (() => void) | null = null

  constructor(options: AccumulatorOptions) {
    const { publisher, partitions, limits, now = () => performance.now() } = options
    this.#publisher = publisher
    this.#stallAfterMs = limits.stallAfterMs
    this.#now = now
    this.#lanes = Array.from(
      { length: partitions },
      (_, partition) => new Lane(partition, publisher, limits, now, options.onBatch),
    )
    this.#deliveryTimeoutMs = options.deliveryTimeoutMs
    this.#onAcknowledged = options.onAcknowledged ?? (() => {})
    this.#compareContent = options.compareContent ?? (() => 'other')
  }

  /** Records whose outcome is not known yet. */
  get pendingRecords(): number {
    return this.#pending.size
  }

  /** How long the batch of each lane that has one has been outstanding. */
  get batchAgesMs(): number[] {
    return this.#lanes.map((lane) => lane.batchAgeMs).filter((ageMs) => ageMs !== null)
  }

  /** How many lanes are stalled: their batch has been outstanding for too long, and they take no new records. */
  get stalledLanes(): number {
    return this.#lanes.filter((lane) => lane.isStalled).length
  }

  /** By partition. */
  get laneStates(): LaneState[] {
    return this.#lanes.map(({ state }) => state)
  }

  /**
   * `true` when a lane is stalled and no broker has answered any request for `stallAfterMs`: Kafka is unreachable, not
   * just one partition. Then no lane takes new records. Not while a quota holds a batch back: others may wait for
   * metadata behind its pause.
   */
  get isStuck(): boolean {
    if (this.#now() - this.#publisher.lastAnswerAtMs < this.#stallAfterMs) return false
    return this.#lanes.some((lane) => lane.isStalled) && !this.#lanes.some((lane) => lane.isHeld)
  }

  /** Takes records from now on, unless draining has begun. */
  open(): void {
    if (this.#intake === 'not-ready') this.#intake = 'open'
  }

  /**
   * Resolves after at most `deliveryTimeoutMs` with what is known of the record; never rejects. The reservation is held
   * until the record's outcome is settled, which can be later. A record of a `chain` is sent only while every earlier
   * record of the chain is in the log or will be; otherwise it is rejected with `predecessor`.
   */
  append(record: ProducerRecord, reservation: Reservation, chain?: Chain): Promise<Outcome> {
    if (chain?.isBroken) return rejected('predecessor')
    const underWay = this.#pending.get(record.identity)
    if (underWay !== undefined && !underWay.giveWay()) return this.#join(underWay, record, chain)
    if (this.#intake !== 'open') return rejected(this.#intake, chain)
    const lane = this.#lanes[record.partition]
    if (lane === undefined) throw new Error(`no partition ${record.partition}`)
    const refusal = this.#publisher.refusalOf(record.partition)
    if (refusal !== null) return rejected(refusal, chain)
    if (lane.isStalled || this.isStuck) return rejected(lane.isThrottled ? 'throttled' : 'stalled', chain)

    const pending = new PendingRecord(record, lane, reservation, (outcome) => this.#forget(record.identity, outcome))
    this.#pending.set(record.identity, pending)
    lane.append(pending)
    return pending.wait(this.#deliveryTimeoutMs, chain)
  }

  /**
   * Answers whoever waits for a partition in which nothing can be stored now. Records that may be in the log stay in their
   * lanes.
   */
  refuseWaiting(): void {
    for (const pending of this.#pending.values()) {
      const refusal = this.#publisher.refusalOf(pending.record.partition)
      if (refusal !== null) pending.refuse(refusal)
    }
  }

  #join(underWay: PendingRecord, record: ProducerRecord, chain?: Chain): Promise<Outcome> {
    const { value } = underWay.record
    const comparison = value.equals(record.value) ? 'same' : this.#compareContent(value, record.value)
    if (comparison !== 'same') return underWay.waitWithOtherBytes(this.#deliveryTimeoutMs, comparison, chain)
    if (chain !== undefined && !underWay.mayJoin(chain)) return rejected('predecessor', chain)
    return underWay.wait(this.#deliveryTimeoutMs, chain)
  }

  /**
   * Takes no new records and resolves when every outcome is known. After `timeoutMs` it settles the rest itself, as
   * `rejected` or `unknown`. Resolves with `true` if nothing had to be settled that way.
   */
  async drain(timeoutMs: number): Promise<boolean> {
    this.#intake = 'draining'
    if (this.#pending.size > 0) {
      const empty = new Promise<void>((resolve) => {
        this.#onEmpty = resolve
      })
      await within(timeoutMs, empty)
    }
    const isClean = this.#pending.size === 0
    for (const lane of this.#lanes) lane.abandon()
    return isClean
  }

  #forget(identity: string, outcome: Outcome): void {
    if (outcome.kind === 'acknowledged') this.#onAcknowledged(outcome)
    this.#pending.delete(identity)
    if (this.#pending.size === 0) this.#onEmpty?.()
  }
}

function rejected(reason: Extract<Outcome, { kind: 'rejected' }>['reason'], chain?: Chain): Promise<Outcome> {
  chain?.breakAt()
  return Promise.resolve({ kind: 'rejected', reason })
}
