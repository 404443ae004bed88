const WINDOW_MS = 15_000
const SAMPLE_EVERY_MS = 250
/** Over less than this nothing is said. */
const LEAST_MS = 1_000

/** How fast a count grows, over the latest 15 seconds. */
export class RecentRate {
  #samples: { readonly atMs: number; readonly count: number }[] = []

  /** The count is so high now. */
  add(atMs: number, count: number): void {
    const latest = this.#samples.at(-1)
    if (latest !== undefined && atMs - latest.atMs < SAMPLE_EVERY_MS) return
    this.#samples.push({ atMs, count })
    // The one before the window stays: the rate is from there.
    while (this.#samples[1] !== undefined && this.#samples[1].atMs <= atMs - WINDOW_MS) this.#samples.shift()
  }

  /** Undefined: it has not been looked at for long enough. */
  perSecond(): number | undefined {
    const [first] = this.#samples
    const latest = this.#samples.at(-1)
    if (first === undefined || latest === undefined || latest.atMs - first.atMs < LEAST_MS) return undefined
    return (latest.count - first.count) / ((latest.atMs - first.atMs) / 1_000)
  }
}
