import type { Outcome } from './outcome.ts'
import { type BatchOutcome, ProducerBatch } from './producer-batch.ts'
import type { ProducerRecord } from './producer-record.ts'
import type { Publisher } from './publisher.ts'

/** One record in a lane. `state` is the lane's; `onSettled` is called exactly once. */
export interface LaneEntry {
  readonly record: ProducerRecord
  readonly sizeBytes: number
  state: 'waiting' | 'in-flight' | 'withdrawn' | 'settled'
  /** The lane's too: entries are sent in the order of their positions. */
  position: number
  /** `true` when nobody wants it sent, for example because a record that must stand before it may be missing. */
  readonly isCutOff: boolean
  onSettled(outcome: Outcome): void
}

/** Bounds of one lane. A batch ends at whichever of the two is reached first; one record always fits. */
export interface LaneLimits {
  readonly maxBatchRecords: number
  readonly maxBatchBytes: number
  /** How long a batch may gather records before it is sent, when the lane is idle. 0: until the event loop's turn ends. */
  readonly lingerMs: number
  /** A lane whose batch has been out for this long takes nothing more until the batch is through. */
  readonly stallAfterMs: number
}

/**
 * The line of records to one partition, and why order and exactly-once hold: at most one batch is outstanding, with
 * all its retries and back-offs, and records go in the order in which they came.
 *
 *     entry:  waiting --drain--> in-flight --outcome--> settled
 *                ^                  |
 *                +--not-attempted---+      waiting | recalled --withdraw--> withdrawn
 *
 * - *waiting*: in the line; definitely not in the log; can be withdrawn.
 * - *in-flight*: in the batch at the publisher; can be withdrawn only while the batch was never attempted.
 * - *withdrawn*: the till was told `rejected`; it will not be sent.
 * - *settled*: the outcome was told. Entries that are cut off are settled as `rejected` instead of being sent; those of
 *   a batch that was too large, and for which nobody waits any more, too.
 *
 * While a batch is out the next one fills: load makes batches. Nothing that was attempted is given up here; only the
 * publisher ends it.
 */
export class Lane {
  readonly partition: number
  readonly #publisher: Publisher
  readonly #limits: LaneLimits
  readonly #now: () => number
  #waiting: LaneEntry[] = []
  #batch: ProducerBatch | null = null
  #batchEntries: LaneEntry[] = []
  #drainScheduled = false
  #nextPosition = 0
  /** Halved when the broker finds a batch too large, doubled by each one that it takes. */
  #maxBatchRecords: number

  constructor(partition: number, publisher: Publisher, limits: LaneLimits, now: () => number) {
    this.partition = partition
    this.#publisher = publisher
    this.#limits = limits
    this.#now = now
    this.#maxBatchRecords = limits.maxBatchRecords
  }

  /** `true` while the outstanding batch has been out for `stallAfterMs` or longer. */
  get isStalled(): boolean {
    return this.#batch !== null && this.#now() - this.#batch.createdAtMs >= this.#limits.stallAfterMs
  }

  append(entry: LaneEntry): void {
    entry.position = this.#nextPosition++
    this.#waiting.push(entry)
    this.#scheduleDrain()
  }

  /** Takes the entry back if nothing of it can have left. `false`: it may be in the log, its outcome comes later. */
  withdraw(entry: LaneEntry): boolean {
    if (entry.state === 'settled') return false
    if (entry.state === 'in-flight' && !this.#batch!.recall()) return false
    if (entry.state === 'waiting') this.#waiting.splice(this.#waiting.indexOf(entry), 1)
    entry.state = 'withdrawn'
    return true
  }

  /** Settles everything for good: waiting and never attempted records are `rejected`, attempted ones `unknown`. */
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
        // At once: who waits with other bytes is told, too, and that may cut off what comes next.
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
    const entries = this.#batchEntries
    this.#batch = null
    this.#batchEntries = []
    if (outcome.kind === 'not-attempted') this.#putBack(entries)
    else if (outcome.kind === 'too-large') this.#retrySmaller(entries)
    else this.#settleAll(entries, outcome)
    if (this.#waiting.length > 0) this.#drain()
  }

  #settleAll(entries: LaneEntry[], outcome: FinalOutcome): void {
    if (outcome.kind === 'acknowledged')
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
