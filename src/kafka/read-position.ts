/** The offsets of one partition from `from` on and below `to`. */
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
  /** Where offsets were passed that no fetch held: the first of each gap, and its partition. */
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

  /** Whether offsets were passed that no fetch held, and nobody has said since where the partitions start. */
  get hasGaps(): boolean {
    return this.#gaps.length > 0
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

  /** Wants all of a partition that had no range, without an end. */
  add(partition: number): void {
    if (this.#next.has(partition)) return
    this.#next.set(partition, 0)
    this.#ends.set(partition, Number.POSITIVE_INFINITY)
  }

  /** Notes where a fetch begins: a gap before it is what compaction left, or was deleted. */
  beginAt({ partition, offset }: { partition: number; offset: number }): void {
    const next = this.next(partition)
    if (next !== undefined && offset > next) this.#gaps.push({ partition, from: next })
  }

  /**
   * Moves to where the partitions start. True when one of them starts behind an offset that was not read: the record
   * was deleted before. A gap that begins behind the start has another cause: nothing was deleted there.
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
