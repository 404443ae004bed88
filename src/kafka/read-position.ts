/** The offsets of one partition from `from` on and below `to`. */
export interface PartitionRange {
  readonly partition: number
  readonly from: number
  readonly to: number
  /** The partition's next offset when the range was fetched: no record is at it or beyond. */
  readonly end: number
}

/** How far each partition was read. */
export class Position {
  readonly #next = new Map<number, number>()
  readonly #ends = new Map<number, number>()
  readonly total: number
  #left: number

  constructor(ranges: readonly PartitionRange[]) {
    for (const { partition, from, to } of ranges) {
      this.#next.set(partition, from)
      this.#ends.set(partition, to)
    }
    this.total = ranges.reduce((sum, { from, to }) => sum + to - from, 0)
    this.#left = this.total
  }

  /** How many offsets of all ranges are still to be read. */
  get left(): number {
    return this.#left
  }

  /** The next offset that is wanted of a partition; undefined when there is none. */
  next(partition: number): number | undefined {
    const next = this.#next.get(partition)
    return next === this.#ends.get(partition) ? undefined : next
  }

  /** Moves behind an offset. False when that is not wanted, or no more. */
  passTo({ partition, offset }: { partition: number; offset: number }): boolean {
    const next = this.next(partition)
    if (next === undefined || offset < next) return false
    const end = this.#ends.get(partition) as number
    const after = Math.min(offset + 1, end)
    this.#next.set(partition, after)
    this.#left -= after - next
    return offset < end
  }
}
