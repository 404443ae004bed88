/** How long after a live record live traffic is thought to go on. */
const LIVE_FOR_MS = 1_000
const IDLE_FACTOR = 8

/**
 * How many records of backlogs may be under way at once, whoever uploads them: so many while live records come, and
 * eight times as many while none do. The rest waits outside of the lanes, so that a live record never has more
 * than that in front of it. Those who wait get their turns one record each, in rotation: a small upload is not held up
 * by a large one. `now` is a monotonic clock in milliseconds.
 */
export class BacklogWindow {
  readonly #maxRecords: number
  readonly #now: () => number
  readonly #waiting = new Set<() => void>()
  #records = 0
  #liveAtMs = Number.NEGATIVE_INFINITY

  constructor(maxRecords: number, now = () => performance.now()) {
    this.#maxRecords = maxRecords
    this.#now = now
  }

  /** A live record has come. */
  noteLive(): void {
    this.#liveAtMs = this.#now()
  }

  /** Takes a place for one record, if one is free and nobody waits for it. */
  tryEnter(): boolean {
    if (this.#waiting.size > 0 || !this.#hasRoom) return false
    this.#records++
    return true
  }

  /** Resolves `true` with a place for one record, or `false` when there is none within `timeoutMs`. */
  enter(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const admit = () => {
        clearTimeout(timer)
        resolve(true)
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(admit)
        resolve(false)
      }, timeoutMs)
      this.#waiting.add(admit)
    })
  }

  /** Gives a place back: the record's outcome was told. */
  leave(): void {
    this.#records--
    for (const admit of this.#waiting) {
      if (!this.#hasRoom) return
      this.#waiting.delete(admit)
      this.#records++
      admit()
    }
  }

  get #hasRoom(): boolean {
    const isIdle = this.#now() - this.#liveAtMs > LIVE_FOR_MS
    return this.#records < (isIdle ? IDLE_FACTOR * this.#maxRecords : this.#maxRecords)
  }
}
