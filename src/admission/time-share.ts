/** What somebody may take of the main thread's time. */
export interface TimeLimits {
  /** Part of it, above 0; 1: there is no bound. */
  readonly share: number
  /** So much may be taken at once, before the share counts. */
  readonly burstMs: number
}

/** More debt than so many times what may be taken at once is forgiven, so that nobody is kept out for minutes. */
const MAX_DEBT_BURSTS = 5

/** Keeps the time of the main thread that somebody takes within a share. Times are monotonic, in milliseconds. */
export class TimeShare {
  readonly #limits: TimeLimits
  #debtMs = 0
  #debtAtMs = 0

  constructor(limits: TimeLimits) {
    this.#limits = limits
  }

  /** Counts time that was spent on something from it. */
  charge(ms: number, nowMs = performance.now()): void {
    this.#debtMs = Math.min(this.#debtAt(nowMs) + ms, this.#limits.burstMs * MAX_DEBT_BURSTS)
    this.#debtAtMs = nowMs
  }

  /** How long it has to wait until its share covers what was spent on it; 0: not at all. */
  waitMs(nowMs = performance.now()): number {
    const { share, burstMs } = this.#limits
    if (share >= 1) return 0
    return Math.max((this.#debtAt(nowMs) - burstMs) / share, 0)
  }

  #debtAt(nowMs: number): number {
    return Math.max(this.#debtMs - (nowMs - this.#debtAtMs) * this.#limits.share, 0)
  }
}
