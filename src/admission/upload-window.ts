/** Live traffic is assumed to go on for this long after each live record. */
const LIVE_FOR_MS = 1_000
const IDLE_FACTOR = 8
/** A record that takes longer than this waits for Kafka; others need not wait for it. */
const LONGEST_ROUND_MS = 1_000
const LONGEST_PAUSE_MS = 100

export interface UploadWindowOptions {
  /** How many upload records may be in flight at once while live ones come; `IDLE_FACTOR` times as many otherwise. */
  readonly maxRecords: number
  /** Share of the time in which upload records may be in flight while live ones come; above 0 and up to 1. */
  readonly share: number
  /** Monotonic clock, in milliseconds. */
  readonly now?: () => number
}

/**
 * Lets live records pass those of uploads, for all uploads together. While live records come, uploads go in rounds
 * of at most `maxRecords` records. When all records of a round have their outcome, there is a pause in proportion to
 * the time that the round took. So a live record meets one round at most, and usually none. While no live records come
 * there are no pauses.
 *
 * Records without a place wait outside the lanes. Waiting uploads take turns, one record each, so that a large upload
 * does not hold up a small one.
 */
export class UploadWindow {
  readonly #options: UploadWindowOptions
  readonly #now: () => number
  readonly #waiting = new Set<() => void>()
  #timer: NodeJS.Timeout | null = null
  #records = 0
  #liveAtMs = Number.NEGATIVE_INFINITY
  #roundRecords = 0
  #roundFromMs = 0
  #pausedUntilMs = Number.NEGATIVE_INFINITY

  constructor(options: UploadWindowOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
  }

  /** Notes that a live record has come. */
  noteLive(): void {
    this.#liveAtMs = this.#now()
  }

  /** Takes a place for one record if one is free and nobody is waiting. */
  tryEnter(): boolean {
    if (this.#waiting.size > 0 || !this.#hasRoom()) return false
    this.#take()
    return true
  }

  /** Resolves with `true` when it has a place for one record, or with `false` if there is none within `timeoutMs`. */
  enter(timeoutMs: number): Promise<boolean> {
    if (timeoutMs <= 0) return Promise.resolve(false)
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
      this.#admit()
    })
  }

  /** Gives a place back: the record's outcome is known. */
  leave(): void {
    this.#records--
    if (this.#records === 0) this.#endRound(this.#now())
    this.#admit()
  }

  #take(): void {
    if (this.#roundRecords === 0) this.#roundFromMs = this.#now()
    this.#roundRecords++
    this.#records++
  }

  #hasRoom(): boolean {
    const { maxRecords } = this.#options
    const nowMs = this.#now()
    if (nowMs - this.#liveAtMs > LIVE_FOR_MS) return this.#records < IDLE_FACTOR * maxRecords
    if (this.#roundRecords > 0 && nowMs - this.#roundFromMs > LONGEST_ROUND_MS) this.#endRound(nowMs)
    return this.#roundRecords < maxRecords && nowMs >= this.#pausedUntilMs
  }

  #endRound(nowMs: number): void {
    const { share } = this.#options
    const pauseMs = ((nowMs - this.#roundFromMs) * (1 - share)) / share
    this.#pausedUntilMs = nowMs + Math.min(pauseMs, LONGEST_PAUSE_MS)
    this.#roundRecords = 0
  }

  /** Lets in as many as there is room for. The others are tried again when a place is free or the pause is over. */
  #admit(): void {
    for (const admit of this.#waiting) {
      if (!this.#hasRoom()) break
      this.#waiting.delete(admit)
      this.#take()
      admit()
    }
    if (this.#waiting.size === 0 || this.#timer !== null) return
    const pauseMs = this.#pausedUntilMs - this.#now()
    this.#timer = setTimeout(
      () => {
        this.#timer = null
        this.#admit()
      },
      pauseMs > 0 ? pauseMs : LONGEST_PAUSE_MS,
    )
  }
}
