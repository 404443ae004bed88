import type { Outcome } from './outcome.ts'
import { type BatchOutcome, ProducerBatch } from './producer-batch.ts'
import type { ProducerRecord } from './producer-record.ts'
import type { Publisher } from './publisher.ts'

/** One record in a lane. The lane owns `state`. `onSettled` is called exactly once. */
export interface LaneEntry {
  readonly record: ProducerRecord
  readonly sizeBytes: number
  state: 'waiting' | 'in-flight' | 'withdrawn' | 'settled'
  /** Owned by the lane, too: entries are sent in the order of their positions. */
  position: number
  /** Owned by the lane: monotonic time at which it came. */
  appendedAtMs: number
  /** `true` when no request wants it sent, for example because a record that must be ahead of it may be missing. */
  readonly isCutOff: boolean
  onSettled(outcome: Outcome): void
}

/** What an operator sees of a lane. */
export interface LaneState {
  readonly partition: number
  readonly waitingRecords: number
  readonly inFlightRecords: number
  /** For how long its batch has been outstanding; 0 if none is. */
  readonly batchAgeMs: number
  readonly isStalled: boolean
  /** Whether a quota of Kafka has held its batch back. */
  readonly isThrottled: boolean
}

/** Bounds of one lane. A batch ends at the bound that is reached first; one record always fits. */
export interface LaneLimits {
  readonly maxBatchRecords: number
  readonly maxBatchBytes: number
  /** How long an idle lane gathers records before it sends a batch. 0: until the event loop's turn ends. */
  readonly lingerMs: number
  /** A lane whose batch has been outstanding for this long takes no new records until the batch is done. */
  readonly stallAfterMs: number
}

/** A batch that has its outcome. */
export interface EndedBatch {
  readonly sizeBytes: number
  /** How long each of its records was in the lane before. */
  readonly waitedMs: readonly number[]
  /** From the lane to the outcome, with all retries and pauses. */
  readonly inFlightMs: number
}

/**
 * The queue of records to one partition. Order and exactly-once hold for two reasons: at most one batch is outstanding,
 * including all its retries and back-offs, and records are sent in the order in which they came.
 *
 *     entry:  waiting --drain--> in-flight --outcome--> settled
 *                ^                  |
 *                +--not-attempted---+      waiting | recalled --withdraw--> withdrawn
 *
 * - *waiting*: in the queue; definitely not in the log; can be withdrawn.
 * - *in-flight*: in the batch at the publisher; can be withdrawn only if the batch was never attempted.
 * - *withdrawn*: the till was answered `rejected`; the record will not be sent.
 * - *settled*: the outcome was reported. An entry that is cut off is not sent but settled as `rejected`. So is an entry
 *   of a batch that was too large, if no request waits for it any more.
 *
 * While a batch is outstanding the next one fills, so batches grow with the load. The lane never gives up what was
 * attempted; only the publisher ends it.
 */
export class Lane {
  readonly partition: number
  readonly #publisher: Publisher
  readonly #limits: LaneLimits
  readonly #now: () => number
  readonly #onBatch: (batch: EndedBatch) => void
  #waiting: LaneEntry[] = []
  #batch: ProducerBatch | null = null
  #batchEntries: LaneEntry[] = []
  #drainScheduled = false
  #nextPosition = 0
  /**
   * Halved when the broker finds a batch too large, or after a quota has held it back for long. Doubled by each other
   * batch that the broker accepts.
   */
  #maxBatchRecords: number

  constructor(
    partition: number,
    publisher: Publisher,
    limits: LaneLimits,
    now: () => number,
    onBatch: (batch: EndedBatch) => void = () => {},
  ) {
    this.partition = partition
    this.#publisher = publisher
    this.#limits = limits
    this.#now = now
    this.#onBatch = onBatch
    this.#maxBatchRecords = limits.maxBatchRecords
  }

  /** How long its batch has been outstanding; null: there is none. */
  get batchAgeMs(): number | null {
    return this.#batch === null ? null : this.#now() - this.#batch.createdAtMs
  }

  /** `true` while a batch has been outstanding for `stallAfterMs` or longer. */
  get isStalled(): boolean {
    const ageMs = this.batchAgeMs
    return ageMs !== null && ageMs >= this.#limits.stallAfterMs
  }

  /** `true` while a batch is outstanding that a quota of Kafka has held back. */
  get isThrottled(): boolean {
    return this.#batch !== null && this.#batch.heldMs > 0
  }

  /** `true` while a quota holds its batch back, or has done so within `stallAfterMs`. */
  get isHeld(): boolean {
    return this.#batch !== null && this.#now() - this.#batch.heldAtMs < this.#limits.stallAfterMs
  }

  get state(): LaneState {
    return {
      partition: this.partition,
      waitingRecords: this.#waiting.length,
      inFlightRecords: this.#batchEntries.length,
      batchAgeMs: this.batchAgeMs ?? 0,
      isStalled: this.isStalled,
      isThrottled: this.isThrottled,
    }
  }

  append(entry: LaneEntry): void {
    entry.position = this.#nextPosition++
    entry.appendedAtMs = this.#now()
    this.#waiting.push(entry)
    this.#scheduleDrain()
  }

  /**
   * Takes the entry back if none of its bytes can have left. `false`: it is settled, or it may be in the log and its
   * outcome comes later.
   */
  withdraw(entry: LaneEntry): boolean {
    if (entry.state === 'settled') return false
    if (entry.state === 'in-flight' && !this.#batch!.recall()) return false
    if (entry.state === 'waiting') this.#waiting.splice(this.#waiting.indexOf(entry), 1)
    entry.state = 'withdrawn'
    return true
  }

  /** Settles everything for good: waiting and never attempted records as `rejected`, attempted ones as `unknown`. */
  abandon(): void {
    const attempted = this.#batch !== null && !this.#batch.recall()
    for (const entry of this.#batchEntries) {
      settle(entry, attempted ? { kind: 'unknown', reason: 'shutdown' } : { kind: 'rejected', reason: 'draining' })
    }
    for (const entry of this.#waiting) settle(entry, { kind: 'rejected', reason: 'draining' })
    this.#waiting = []
  }

  #scheduleDrain(): void {
    if (this.#drainScheduled || this.#batch !== null) return
    this.#drainScheduled = true
    const drain = () => {
      this.#drainScheduled = false
      this.#drain()
    }
    if (this.#limits.lingerMs === 0) setImmediate(drain)
    else setTimeout(drain, this.#limits.lingerMs)
  }

  #drain(): void {
    if (this.#batch !== null) throw new Error('a lane has at most one batch outstanding')
    const { entries, sizeBytes } = this.#takeBatch()
    if (entries.length === 0) return
    const records = entries.map((entry) => entry.record)
    this.#batchEntries = entries
    this.#batch = new ProducerBatch(this.partition, records, sizeBytes, this.#now())
    this.#publisher.publish(this.#batch).then((outcome) => this.#finish(outcome))
  }

  #takeBatch(): { entries: LaneEntry[]; sizeBytes: number } {
    const { maxBatchBytes } = this.#limits
    const entries: LaneEntry[] = []
    let sizeBytes = 0
    let cutOff = 0
    for (const entry of this.#waiting) {
      if (entry.isCutOff) {
        // Settled at once: requests that wait with other bytes are answered too, and that may cut off the next entries.
        settle(entry, { kind: 'rejected', reason: 'predecessor' })
        cutOff++
        continue
      }
      const isFull = entries.length === this.#maxBatchRecords || sizeBytes + entry.sizeBytes > maxBatchBytes
      if (isFull && entries.length > 0) break
      entry.state = 'in-flight'
      sizeBytes += entry.sizeBytes
      entries.push(entry)
    }
    this.#waiting.splice(0, entries.length + cutOff)
    return { entries, sizeBytes }
  }

  #finish(outcome: BatchOutcome): void {
    const batch = this.#batch!
    assertPossible(outcome, batch)
    const entries = this.#batchEntries
    this.#batch = null
    this.#batchEntries = []
    if (outcome.kind === 'not-attempted') this.#putBack(entries)
    else if (outcome.kind === 'too-large') this.#retrySmaller(entries)
    else this.#settleAll(entries, outcome, batch)
    if (this.#waiting.length > 0) this.#drain()
  }

  #settleAll(entries: LaneEntry[], outcome: FinalOutcome, { heldMs, sizeBytes, createdAtMs }: ProducerBatch): void {
    const waitedMs = entries.map(({ appendedAtMs }) => createdAtMs - appendedAtMs)
    this.#onBatch({ sizeBytes, waitedMs, inFlightMs: this.#now() - createdAtMs })
    // Under a quota each byte costs time. Small batches make short pauses, so that fewer invoices expire in one.
    if (heldMs >= LONG_HOLD_MS) this.#maxBatchRecords = Math.max(1, Math.floor(entries.length / 2))
    else if (outcome.kind === 'acknowledged')
      this.#maxBatchRecords = Math.min(2 * this.#maxBatchRecords, this.#limits.maxBatchRecords)
    for (const [index, entry] of entries.entries()) settle(entry, outcomeOf(entry, outcome, index))
  }

  #retrySmaller(entries: LaneEntry[]): void {
    if (entries.length === 1) {
      settle(entries[0]!, { kind: 'rejected', reason: 'too-large' })
    } else {
      this.#maxBatchRecords = Math.floor(entries.length / 2)
      this.#putBack(entries)
    }
  }

  #putBack(entries: LaneEntry[]): void {
    const back = entries.filter((entry) => entry.state === 'in-flight')
    for (const entry of back) entry.state = 'waiting'
    this.#waiting.unshift(...back)
  }
}

/** A quota that holds a batch back for this long makes the next ones smaller. */
const LONG_HOLD_MS = 1_000

/** Of a batch that may have been appended, nothing may be put back or rejected: that would be a lie, or a second copy. */
function assertPossible({ kind }: BatchOutcome, { attempts }: ProducerBatch): void {
  if (attempts > 0 && kind !== 'acknowledged' && kind !== 'unknown')
    throw new Error(`${kind}: of a batch that may be in the log`)
}

type FinalOutcome = Exclude<BatchOutcome, { kind: 'not-attempted' | 'too-large' }>

function outcomeOf({ record }: LaneEntry, outcome: FinalOutcome, index: number): Outcome {
  if (outcome.kind !== 'acknowledged') return outcome
  const offset = outcome.baseOffset === null ? null : String(outcome.baseOffset + BigInt(index))
  return { kind: 'acknowledged', record, partition: record.partition, offset }
}

function settle(entry: LaneEntry, outcome: Outcome): void {
  if (entry.state === 'settled' || entry.state === 'withdrawn') return
  entry.state = 'settled'
  entry.onSettled(outcome)
}
