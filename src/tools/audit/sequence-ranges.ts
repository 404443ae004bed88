/** The numbers from `first` to `last`, both included. */
export type Range = readonly [first: number, last: number]

/**
 * A set of integers kept as ranges, like the blocks of TCP's selective acknowledgements: its size is the number of
 * holes, not the number of members. Adding the number after the largest is O(1), any other O(ranges).
 */
export class SequenceRanges {
  /** first, last, first, last ...: rising, and never adjacent. */
  readonly #bounds: number[] = []
  #count = 0

  /** How many numbers are in the set. */
  get count(): number {
    return this.#count
  }

  /** How many ranges hold them. */
  get rangeCount(): number {
    return this.#bounds.length / 2
  }

  /** Adds one number; false when it was there already. */
  add(number: number): boolean {
    const bounds = this.#bounds
    const end = bounds.length
    if (end > 0 && number === (bounds[end - 1] as number) + 1) {
      bounds[end - 1] = number
      this.#count++
      return true
    }
    const at = this.#rangeEndingAtOrAfter(number)
    if (at < end && (bounds[at] as number) <= number) return false
    const touchesBelow = at > 0 && bounds[at - 1] === number - 1
    const touchesAbove = at < end && bounds[at] === number + 1
    if (touchesBelow && touchesAbove) bounds.splice(at - 1, 2)
    else if (touchesBelow) bounds[at - 1] = number
    else if (touchesAbove) bounds[at] = number
    else bounds.splice(at, 0, number, number)
    this.#count++
    return true
  }

  has(number: number): boolean {
    const first = this.#bounds[this.#rangeEndingAtOrAfter(number)]
    return first !== undefined && first <= number
  }

  /** The numbers that are missing between the smallest and the largest member. */
  missing(): SequenceRanges {
    const missing = new SequenceRanges()
    for (let i = 2; i < this.#bounds.length; i += 2)
      missing.#append((this.#bounds[i - 1] as number) + 1, (this.#bounds[i] as number) - 1)
    return missing
  }

  /** The members that are not in `other`. */
  without(other: SequenceRanges): SequenceRanges {
    const rest = new SequenceRanges()
    const cuts = other.#bounds
    let next = 0
    for (const [first, last] of this) {
      let from = first
      while (next < cuts.length && (cuts[next + 1] as number) < from) next += 2
      for (let i = next; i < cuts.length && (cuts[i] as number) <= last; i += 2) {
        if ((cuts[i] as number) > from) rest.#append(from, (cuts[i] as number) - 1)
        from = (cuts[i + 1] as number) + 1
      }
      if (from <= last) rest.#append(from, last)
    }
    return rest
  }

  /** The members that are less than `number`. */
  below(number: number): SequenceRanges {
    const lower = new SequenceRanges()
    for (const [first, last] of this) if (first < number) lower.#append(first, Math.min(last, number - 1))
    return lower
  }

  /** The members that are in `other` too. */
  within(other: SequenceRanges): SequenceRanges {
    return this.without(this.without(other))
  }

  *[Symbol.iterator](): Generator<Range> {
    for (let i = 0; i < this.#bounds.length; i += 2) yield [this.#bounds[i] as number, this.#bounds[i + 1] as number]
  }

  #append(first: number, last: number): void {
    this.#bounds.push(first, last)
    this.#count += last - first + 1
  }

  /** Index in `#bounds` of the first range whose last number is not below `number`. */
  #rangeEndingAtOrAfter(number: number): number {
    let low = 0
    let high = this.#bounds.length / 2
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#bounds[2 * middle + 1] as number) < number) low = middle + 1
      else high = middle
    }
    return 2 * low
  }
}
