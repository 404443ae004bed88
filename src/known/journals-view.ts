import type { Buffer } from 'node:buffer'
import { LRUCache } from 'lru-cache'
import { compareWithHash } from '../dedup/content.ts'
import { DamagedValue } from '../dedup/damaged-value.ts'
import { isTakenIn, packedIn, unpackJournal } from '../dedup/journal-value.ts'
import { POSITION_KEY, positionIn } from '../dedup/position.ts'
import { type Identity, type JournalName, journalText } from '../invoice/identity.ts'
import type { JournalState } from './journal-state.ts'
import { NEW, OTHER, type Repeat, UNCOMPARED } from './repeat.ts'
import { StoreNames } from './store-names.ts'

/** What a journal takes in memory besides its name and its packed form: `npm run bench:known`. */
const JOURNAL_OVERHEAD_BYTES = 260

/** A record of `.journals`. */
export interface JournalRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
}

/** How far one partition of `.journals` was read. */
interface PartitionView {
  /** Whether its end was reached. */
  isRead: boolean
  /** The offset of the raw topic up to which the stage had judged; -1: not known. */
  position: number
  /** Whether the raw topic is the one that the stage has judged. Nothing of the partition counts unless it is. */
  raw: 'unchecked' | 'right' | 'wrong'
}

/** A partition that was read to its end. Whether the raw topic is the one that the stage has judged is still open. */
export interface Unchecked {
  readonly partition: number
  /** Where the raw partition must not end before. */
  readonly leastEnd: number
  /** It does not. This changes nothing if the partition has to be checked anew since. */
  confirm(): void
}

/**
 * What `.journals` says, as far as it was read: of each journal its state, packed, within a bound. When there is no room,
 * the journals whose last change is longest ago are forgotten first.
 *
 * It may be behind, or have forgotten something. So only what it knows counts, never that it knows nothing.
 */
export class JournalsView {
  readonly #partitionOf: (storeId: string) => number
  readonly #journals: LRUCache<string, string>
  /** The cache cannot be gone through in slices, because its order changes. */
  readonly #names = new StoreNames()
  #partitions: PartitionView[]
  #isAnyForgotten = false
  #damaged = 0

  constructor({ memoryBytes, partitions, partitionOf }: ViewOptions) {
    this.#partitionOf = partitionOf
    this.#partitions = Array.from({ length: partitions }, unread)
    this.#journals = new LRUCache({
      maxSize: memoryBytes,
      sizeCalculation: (packed, name) => packed.length + name.length + JOURNAL_OVERHEAD_BYTES,
      dispose: (_packed, name, reason) => {
        if (reason === 'evict') this.#isAnyForgotten = true
        if (reason !== 'set') this.#names.drop(name)
      },
    })
  }

  /** How many journals are known. */
  get journals(): number {
    return this.#journals.size
  }

  /** About how much memory they take. */
  get bytes(): number {
    return this.#journals.calculatedSize
  }

  /** The names of the known journals (`journalText`), by store. It may change between two steps of an iteration. */
  get stores(): ReadonlyMap<string, Iterable<string>> {
    return this.#names.stores
  }

  /** The packed form of a journal, by its name. */
  packed(name: string): string | undefined {
    return this.#journals.peek(name)
  }

  /** Whether what is known of this store's journals belongs to the raw topic. */
  isRight(storeId: string): boolean {
    return this.#of(this.#partitionOf(storeId)).raw === 'right'
  }

  /** Records that were no journal of this version. */
  get damaged(): number {
    return this.#damaged
  }

  /** Whether all partitions were read to their end and belong to the raw topic. */
  get isComplete(): boolean {
    return this.#partitions.every(({ raw }) => raw === 'right')
  }

  /** Whether it is known of every partition whether it belongs to the raw topic. */
  get isChecked(): boolean {
    return this.#partitions.every(({ raw }) => raw !== 'unchecked')
  }

  /** What to check now. */
  get unchecked(): readonly Unchecked[] {
    return this.#partitions.flatMap((view, partition) => {
      if (!view.isRead || view.raw !== 'unchecked') return []
      const confirm = () => {
        if (view.raw === 'unchecked') view.raw = 'right'
      }
      return [{ partition, leastEnd: Math.max(view.position, 0), confirm }]
    })
  }

  /** Up to which offset of the raw topic the stage had judged, by partition; -1 where it is not known. */
  get positions(): readonly number[] {
    return this.#partitions.map(({ position }) => position)
  }

  /** Forgets everything: the topic is read from its beginning. */
  begin(): void {
    this.#journals.clear()
    this.#partitions = this.#partitions.map(unread)
    this.#isAnyForgotten = false
  }

  /**
   * Takes a record, in the order of a partition's offsets. False: this is another topic than the one that was read
   * before, because the stage's position went back. Then `begin`.
   */
  take(partition: number, { key, value }: JournalRecord): boolean {
    const name = key?.toString() ?? ''
    try {
      if (name === POSITION_KEY) return this.#moveTo(partition, value)
      if (value === null) this.#journals.delete(name)
      else this.#keep(name, packedIn(value))
    } catch (error) {
      if (!(error instanceof DamagedValue)) throw error
      this.#journals.delete(name)
      this.#damaged++
    }
    return true
  }

  /** The end of a partition was reached. */
  reachedEnd(partition: number): void {
    this.#of(partition).isRead = true
  }

  /** The raw topic is not the one that the stage has judged: nothing of this partition counts until `begin`. */
  distrust(partition: number): void {
    this.#of(partition).raw = 'wrong'
  }

  /** The raw topic may be another one since. */
  checkAgain(): void {
    this.#partitions = this.#partitions.map((view) => (view.raw === 'wrong' ? view : { ...view, raw: 'unchecked' }))
  }

  /** Whether the stage has seen an invoice with this identity, and whether with the same content. */
  find(identity: Identity, value: Buffer): Repeat {
    const packed = this.#journals.peek(journalText(identity))
    if (packed === undefined || !isTakenIn(packed, identity.sequenceNumber)) return NEW
    if (this.#of(this.#partitionOf(identity.storeId)).raw !== 'right') return NEW
    const { recent } = unpackJournal(packed)
    const first = recent.find(({ sequenceNumber }) => sequenceNumber === identity.sequenceNumber)
    const comparison = first === undefined ? 'uncompared' : compareWithHash(first.contentHash, value)
    if (first === undefined || comparison === 'uncompared') return UNCOMPARED
    if (comparison === 'other') return OTHER
    return { kind: 'same', offset: String(first.rawOffset), receivedAtMs: first.receivedAtMs }
  }

  stateOf(journal: JournalName): JournalState {
    if (this.#of(this.#partitionOf(journal.storeId)).raw !== 'right') return READING
    const packed = this.#journals.peek(journalText(journal))
    if (packed === undefined) return this.#isAnyForgotten ? NO_ROOM : NEW_JOURNAL
    const { through, ahead } = unpackJournal(packed)
    return { kind: 'known', through, ahead }
  }

  #keep(name: string, packed: string): void {
    this.#journals.set(name, packed)
    if (this.#journals.has(name)) this.#names.add(name)
    else this.#names.drop(name) // it is too large
  }

  #moveTo(partition: number, value: Buffer | null): boolean {
    if (value === null) return true
    const view = this.#of(partition)
    const { next } = positionIn(value)
    if (next < view.position) return false
    view.position = next
    return true
  }

  #of(partition: number): PartitionView {
    const view = this.#partitions[partition]
    if (view === undefined) throw new Error(`no partition ${partition}`)
    return view
  }
}

export interface ViewOptions {
  readonly memoryBytes: number
  readonly partitions: number
  readonly partitionOf: (storeId: string) => number
}

const unread = (): PartitionView => ({ isRead: false, position: -1, raw: 'unchecked' })

const READING: JournalState = { kind: 'unavailable', reason: 'reading' }
const NO_ROOM: JournalState = { kind: 'unavailable', reason: 'no-room' }
const NEW_JOURNAL: JournalState = { kind: 'new' }
