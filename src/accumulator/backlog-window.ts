/**
 * How many records of backlogs may be under way at once, whoever uploads them. The rest waits outside of the lanes, so
 * a live record never has more than that in front of it. Those who wait get their turns one record each, in rotation:
 * a small upload is not held up by a large one.
 */
export class BacklogWindow {
  readonly #maxRecords: number
  readonly #waiting = new Set<() => void>()
  #records = 0

  constructor(maxRecords: number) {
    this.#maxRecords = maxRecords
  }

  /** Takes a place for one record, if one is free and nobody waits for it. */
  tryEnter(): boolean {
    if (this.#records >= this.#maxRecords || this.#waiting.size > 0) return false
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
    const [next] = this.#waiting
    if (next === undefined) this.#records--
    else {
      this.#waiting.delete(next)
      next()
    }
  }
}
