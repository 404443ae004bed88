export interface LiveLimitOptions {
  /** About how long an invoice may wait for those before it. */
  readonly maxQueueMs: number
  /** This many may always be in flight, however few are stored per second. */
  readonly minimum: number
  /** Monotonic clock, in milliseconds. */
  readonly now?: () => number
}

/** Whether an invoice was let in. */
export type Entry =
  /** `leave` gives the place back; `isStored`: the invoice was acknowledged. */
  | { readonly kind: 'entered'; readonly leave: (isStored: boolean) => void }
  /** After how many seconds the till should send again, with jitter. */
  | { readonly kind: 'refused'; readonly retryAfterSeconds: number }

/** An invoice that takes longer than this waits for Kafka, not for other invoices. It is no longer counted. */
const COUNTED_FOR_MS = 1_000
const RATE_WINDOW_MS = 100
/** Weight of the latest window in the rates. */
const RATE_WEIGHT = 0.2
/** This many refusals per stored invoice cost little. When there are more, tills are told to stay away for longer. */
const REFUSALS_PER_STORED = 0.05
const [SHORTEST_AWAY_SECONDS, LONGEST_AWAY_SECONDS] = [2, 30]

/**
 * Bounds how many live invoices are in flight, so that accepted invoices are answered soon, however many tills send.
 * The limit is the number of invoices that are stored in `maxQueueMs` at the current rate. Further invoices are refused
 * before their body is read, which costs least. An invoice takes its place when its body is there. The more are refused,
 * the later their tills are told to come back.
 *
 * Only invoices accepted within the last second count. So when one leader does not answer, the invoices that wait for
 * it soon leave the places to others, and their lane refuses further ones.
 */
export class LiveLimit {
  readonly #options: LiveLimitOptions
  readonly #now: () => number
  /** Invoices accepted within the last second, the oldest first. `#underWay` of them have no answer yet. */
  #taken: { readonly atMs: number; isUnderWay: boolean }[] = []
  #underWay = 0
  #storedPerSecond = 0
  #stored = 0
  #refusedPerSecond = 0
  #refused = 0
  #windowFromMs: number

  constructor(options: LiveLimitOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
    this.#windowFromMs = this.#now()
  }

  /** How many may be in flight now. */
  get limit(): number {
    return Math.max(this.#options.minimum, (this.#storedPerSecond * this.#options.maxQueueMs) / 1_000)
  }

  /** The refusal if there is no place now, otherwise `null`. Takes none: header fields alone must not hold a place. */
  refusal(nowMs = this.#now()): Extract<Entry, { kind: 'refused' }> | null {
    this.#measure(nowMs)
    this.#forget(nowMs)
    if (this.#underWay < this.limit) return null
    this.#refused++
    return { kind: 'refused', retryAfterSeconds: this.#awaySeconds() * (0.5 + Math.random()) }
  }

  /** Takes a place if there is one. */
  enter(): Entry {
    const nowMs = this.#now()
    const refusal = this.refusal(nowMs)
    if (refusal !== null) return refusal
    const taken = { atMs: nowMs, isUnderWay: true }
    this.#taken.push(taken)
    this.#underWay++
    const leave = (isStored: boolean) => {
      if (isStored) this.#stored++
      if (taken.isUnderWay) this.#underWay--
      taken.isUnderWay = false
    }
    return { kind: 'entered', leave }
  }

  /** Averages over about the last half second; empty windows count too. */
  #measure(nowMs: number): void {
    const windows = Math.floor((nowMs - this.#windowFromMs) / RATE_WINDOW_MS)
    if (windows === 0) return
    const average = (before: number, count: number) => {
      const perSecond = (count * 1_000) / (windows * RATE_WINDOW_MS)
      return perSecond + (before - perSecond) * (1 - RATE_WEIGHT) ** windows
    }
    this.#storedPerSecond = average(this.#storedPerSecond, this.#stored)
    this.#refusedPerSecond = average(this.#refusedPerSecond, this.#refused)
    this.#stored = 0
    this.#refused = 0
    this.#windowFromMs += windows * RATE_WINDOW_MS
  }

  #awaySeconds(): number {
    const few = REFUSALS_PER_STORED * Math.max(this.#storedPerSecond, this.#options.minimum)
    const seconds = (SHORTEST_AWAY_SECONDS * this.#refusedPerSecond) / few
    return Math.min(Math.max(seconds, SHORTEST_AWAY_SECONDS), LONGEST_AWAY_SECONDS)
  }

  #forget(nowMs: number): void {
    let count = 0
    for (const taken of this.#taken) {
      if (taken.isUnderWay && nowMs - taken.atMs < COUNTED_FOR_MS) break
      if (taken.isUnderWay) this.#underWay--
      taken.isUnderWay = false
      count++
    }
    if (count > 0) this.#taken.splice(0, count)
  }
}
