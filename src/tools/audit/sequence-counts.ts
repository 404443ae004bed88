import { SequenceRanges } from './sequence-ranges.ts'

const NONE = new SequenceRanges()

/**
 * How often each number came: one set of ranges for the numbers that came at least once, one for those that came at
 * least twice, and so on. Numbers that all come equally often cost nothing.
 */
export class SequenceCounts {
  readonly #atLeast: SequenceRanges[] = []

  /** Counts one more and returns how often the number has come now. */
  add(number: number): number {
    const times = this.countOf(number) + 1
    this.#atLeast[times - 1] ??= new SequenceRanges()
    this.#atLeast[times - 1]?.add(number)
    return times
  }

  /** How often the number came. */
  countOf(number: number): number {
    if (this.#atLeast[0]?.has(number) !== true) return 0
    let low = 1
    let high = this.#atLeast.length
    while (low < high) {
      const middle = (low + high) >>> 1 // each set contains the next one: a binary search
      if (this.#atLeast[middle]?.has(number)) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The numbers that came at least `times` times (1 or more). Do not change the set. */
  atLeast(times: number): SequenceRanges {
    return this.#atLeast[times - 1] ?? NONE
  }

  /** How often the most frequent number came. */
  get most(): number {
    return this.#atLeast.length
  }

  /** How many ranges all sets have. */
  get rangeCount(): number {
    return this.#atLeast.reduce((sum, ranges) => sum + ranges.rangeCount, 0)
  }
}
