/** The offsets of one partition from `from` up to, but not including, `to`. */
export interface PartitionRange {
  readonly partition: number
  /** The partition's first offset when the range was fetched: records below it had been deleted. */
  readonly start: number
  readonly from: number
  readonly to: number
  /** The partition's next offset when the range was fetched: no record is at it or beyond. */
  readonly end: number
}

/** The first offset of each partition. */
export type Starts = ReadonlyMap<number, number>

/** How far each partition was read. */
export class Position {
  readonly #next = new Map<number, number>()
  readonly #ends = new Map<number, number>()
  readonly total: number
  #left: number
  /** Gaps: offsets that were passed although no fetch held them. The first offset of each gap, with its partition. */
  #gaps: { readonly partition: number; readonly from: number }[] = []

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

  /** Whether offsets that no fetch held were passed since `passDeleted` was last called. */
  get hasGaps(): boolean {
    return this.#gaps.length > 0
  }

  /** The next wanted offset of a partition; undefined when there is none. */
  next(partition: number): number | undefined {
    const next = this.#next.get(partition)
    return next === this.#ends.get(partition) ? undefined : next
  }

  /** Moves past an offset. False when the offset is not wanted, or not any more. */
  passTo({ partition, offset }: { partition: number; offset: number }): boolean {
    const next = this.next(partition)
    if (next === undefined || offset < next) return false
    const end = this.#ends.get(partition) as number
    const after = Math.min(offset + 1, end)
    this.#next.set(partition, after)
    this.#left -= after - next
    return offset < end
  }

  /** Adds a partition that had no range: all of it, without an end. */
  add(partition: number): void {
    if (this.#next.has(partition)) return
    this.#next.set(partition, 0)
    this.#ends.set(partition, Number.POSITIVE_INFINITY)
  }

  /** Notes where a fetch begins. A gap before it was left by compaction, or its records were deleted. */
  beginAt({ partition, offset }: { partition: number; offset: number }): void {
    const next = this.next(partition)
    if (next !== undefined && offset > next) this.#gaps.push({ partition, from: next })
  }

  /**
   * Moves to the starts of the partitions. True if a partition starts behind an offset that was not read: its record
   * was deleted before. A gap that does not begin before the start has another cause: nothing was deleted there.
   */
  passDeleted(starts: Starts): boolean {
    const startOf = (partition: number) => starts.get(partition) ?? 0
    let isAnyDeleted = this.#gaps.some(({ partition, from }) => from < startOf(partition))
    this.#gaps = []
    for (const partition of this.#next.keys())
      if (startOf(partition) > (this.next(partition) ?? Number.POSITIVE_INFINITY)) {
        this.passTo({ partition, offset: startOf(partition) - 1 })
        isAnyDeleted = true
      }
    return isAnyDeleted
  }
}
