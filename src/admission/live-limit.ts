export interface LiveLimitOptions {
  /** How long an invoice may wait for those before it, about. */
  readonly maxQueueMs: number
  /** This many may be under way however few are stored in a second. */
  readonly minimum: number
  /** Monotonic clock, in milliseconds. */
  readonly now?: () => number
}

/** Whether an invoice was let in. */
export type Entry =
  /** `leave` gives the place back; `isStored`: the invoice was acknowledged. */
  | { readonly kind: 'entered'; readonly leave: (isStored: boolean) => void }
  /** For how many seconds the till is to stay away, jittered. */
  | { readonly kind: 'refused'; readonly retryAfterSeconds: number }

/** What takes longer than this waits for Kafka, not for the invoices before it: it does not count any more. */
const COUNTED_FOR_MS = 1_000
const RATE_WINDOW_MS = 100
/** How much the latest window counts in the rates. */
const RATE_WEIGHT = 0.2
/** So many refusals for each invoice that is stored cost little; when there are more, tills are sent away for longer. */
const REFUSALS_PER_STORED = 0.05
const [SHORTEST_AWAY_SECONDS, LONGEST_AWAY_SECONDS] = [2, 30]

/**
 * Bounds how many live invoices are under way, so that those that are taken are answered soon however many tills send:
 * as many as are stored in `maxQueueMs` at the present rate. Further ones are refused before their body is read, which
 * costs least, and their tills come back later: the more are refused, the later.
 *
 * Only invoices taken within the last second count. When one leader does not answer, those that wait for it are soon
 * out of the way of all others; their lane refuses what is behind them.
 */
export class LiveLimit {
  readonly #options: LiveLimitOptions
  readonly #now: () => number
  /** Those taken within the last second, the oldest first; of which `#underWay` have no answer yet. */
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

  /** How many may be under way now. */
  get limit(): number {
    return Math.max(this.#options.minimum, (this.#storedPerSecond * this.#options.maxQueueMs) / 1_000)
  }

  /** Takes a place, if there is one. */
  enter(): Entry {
    const nowMs = this.#now()
    this.#measure(nowMs)
    this.#forget(nowMs)
    if (this.#underWay >= this.limit) {
      this.#refused++
      return { kind: 'refused', retryAfterSeconds: this.#awaySeconds() * (0.5 + Math.random()) }
    }
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

  /** An average of the last half second or so; windows without any count as well. */
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
