const WINDOW_MS = 15_000
const SAMPLE_EVERY_MS = 250
/** Over a shorter time there is no rate. */
const LEAST_MS = 1_000

/** How fast a count grows, over the latest 15 seconds. */
export class RecentRate {
  #samples: { readonly atMs: number; readonly count: number }[] = []

  /** Adds the count at this time. */
  add(atMs: number, count: number): void {
    const latest = this.#samples.at(-1)
    if (latest !== undefined && atMs - latest.atMs < SAMPLE_EVERY_MS) return
    this.#samples.push({ atMs, count })
    // The last sample before the window stays: the rate counts from there.
    while (this.#samples[1] !== undefined && this.#samples[1].atMs <= atMs - WINDOW_MS) this.#samples.shift()
  }

  /** Undefined until the samples cover enough time. */
  perSecond(): number | undefined {
    const [first] = this.#samples
    const latest = this.#samples.at(-1)
    if (first === undefined || latest === undefined || latest.atMs - first.atMs < LEAST_MS) return undefined
    return (latest.count - first.count) / ((latest.atMs - first.atMs) / 1_000)
  }
}
