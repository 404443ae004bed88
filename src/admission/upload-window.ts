/** How long after a live record live traffic is thought to go on. */
const LIVE_FOR_MS = 1_000
const IDLE_FACTOR = 8
/** A record that takes longer waits for Kafka; others need not wait for it. */
const LONGEST_ROUND_MS = 1_000
const LONGEST_PAUSE_MS = 100

export interface UploadWindowOptions {
  /** Records of uploads that may be under way at once while live ones come; `IDLE_FACTOR` times as many otherwise. */
  readonly maxRecords: number
  /** Part of the time in which any may be under way while live ones come, above 0 and up to 1. */
  readonly share: number
  /** Monotonic clock, in milliseconds. */
  readonly now?: () => number
}

/**
 * What lets live records pass those of uploads, whoever uploads them. While live records come, uploads go in rounds:
 * so many records, and when all of them have their outcome a pause, in proportion to the time that they took. A live
 * record so meets one round at the most, and mostly none. While no live ones come there are no pauses.
 *
 * The rest waits outside of the lanes; those who wait get their turns one record each, in rotation, so that a small
 * upload is not held up by a large one.
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

  /** A live record has come. */
  noteLive(): void {
    this.#liveAtMs = this.#now()
  }

  /** Takes a place for one record, if one is free and nobody waits for it. */
  tryEnter(): boolean {
    if (this.#waiting.size > 0 || !this.#hasRoom()) return false
    this.#take()
    return true
  }

  /** Resolves `true` with a place for one record, or `false` when there is none within `timeoutMs`. */
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

  /** Gives a place back: the record's outcome was told. */
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

  /** Lets in whom there is room for; the others are looked at again when a place is free or the pause is over. */
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
