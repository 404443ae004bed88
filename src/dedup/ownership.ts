import type { Buffer } from 'node:buffer'
import type { Output, OutputTopic } from './output.ts'
import type { RawRecord } from './raw-record.ts'

/**
 * One ownership of a partition, as the loop sees it: from fencing every earlier owner to the first error. Behind it is
 * Kafka (`kafka/partition-owner.ts`), or a log in memory that loses answers.
 *
 * Every promise may reject at any time, and then nobody knows what became of the request. That ends the ownership:
 * nothing of it may be used again.
 */
export interface Ownership {
  /**
   * All records of `.journals` that are committed, to its end, in the order of their offsets. The transaction of an
   * earlier owner has ended before, one way or the other.
   */
  restore(take: (key: Buffer | null, value: Buffer | null) => void): Promise<void>
  /** Whether `.unique` has or had any record. */
  hasUnique(): Promise<boolean>
  /** Raw records from this offset on; perhaps none. */
  fetch(offset: number): Promise<Fetched>
  /**
   * Begins a transaction and writes the records. Resolves with the brokers' answer. To call it again before `commit` is
   * an error.
   */
  append(output: Output): Promise<readonly Appended[]>
  /** Commits the transaction. Asked once: a second request could commit the transaction after it. */
  commit(): Promise<void>
  /** Lets go of everything. Aborts nothing: whoever fences this owner does. Never rejects. */
  close(): Promise<void>
}

/** What a fetch of raw records has found. */
export type Fetched =
  | {
      readonly kind: 'records'
      readonly records: readonly RawRecord[]
      /** Where to fetch next. Beyond the last record there may be offsets without one. */
      readonly nextOffset: number
      /** The partition's first offset: what was before it is deleted. */
      readonly startOffset: number
      /** The partition's next offset. */
      readonly endOffset: number
    }
  /** No record can be at the offset: the partition has only those from `startOffset` up to, not including, `endOffset`. */
  | { readonly kind: 'out-of-range'; readonly startOffset: number; readonly endOffset: number }

/** That records of one topic were appended, at which offset. */
export interface Appended {
  readonly topic: OutputTopic
  /** Offset of the first of them; negative if there is none. */
  readonly baseOffset: number
}

/** Another owner has taken the partition. */
export class Fenced extends Error {
  constructor() {
    super('another owner has taken the partition')
    this.name = 'Fenced'
  }
}
