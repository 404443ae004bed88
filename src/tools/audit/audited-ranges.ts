import type { PartitionRange } from '../../kafka/read-position.ts'
import type { Place } from './claims.ts'

/** Which part of a topic is read, and what lies before or beside it. */
export class AuditedRanges {
  readonly #ranges: ReadonlyMap<number, PartitionRange>
  readonly #partitionOf: ((storeId: string) => number) | undefined

  /** `partitionOf`: the partition that a store's key selects, if that is known. */
  constructor(ranges: readonly PartitionRange[], partitionOf: ((storeId: string) => number) | undefined) {
    this.#ranges = new Map(ranges.map((range) => [range.partition, range]))
    this.#partitionOf = partitionOf
  }

  /** Why the record at a place is not read; undefined if it is. A place that the log does not have (yet) is judged. */
  whyLeftOut({ partition, offset }: Place): 'belowStart' | 'notRead' | undefined {
    const range = this.#ranges.get(partition)
    if (range === undefined || offset >= range.end || (offset >= range.from && offset < range.to)) return undefined
    return offset < range.start ? 'belowStart' : 'notRead'
  }

  /** Whether the partition is read from its very first record on. */
  isReadFromStart(partition: number): boolean {
    return this.#ranges.get(partition)?.from === 0
  }

  /** The partition that the store's key selects; undefined if that is not known. */
  partitionOf(storeId: string): number | undefined {
    return this.#partitionOf?.(storeId)
  }

  /** Where a store's records may be. */
  partitionsOf(storeId: string): readonly number[] {
    const partition = this.partitionOf(storeId)
    return partition === undefined ? [...this.#ranges.keys()] : [partition]
  }
}
