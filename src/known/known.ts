import type { Buffer } from 'node:buffer'
import type { Identity, JournalName } from '../invoice/identity.ts'
import type { Acknowledged } from './acknowledged.ts'
import type { JournalState } from './journal-state.ts'
import type { JournalsView } from './journals-view.ts'
import { NEW, type Repeat } from './repeat.ts'

/** Who knew an invoice that came again. */
export type KnownBy = 'instance' | 'journals'

/** A record that Kafka has acknowledged. */
export interface StoredRecord {
  readonly invoiceId: string
  readonly value: Buffer
  readonly partition: number
  /** Null if the broker did not say. */
  readonly offset: string | null
  readonly receivedAtMs: number
}

export interface KnownOptions {
  /** Null: nothing is remembered. */
  readonly acknowledged: Acknowledged | null
  /** Null: `.journals` is not read. */
  readonly view: JournalsView | null
  readonly partitions: number
  /** Called for each invoice that came again. */
  readonly onRepeat: (kind: Exclude<Repeat['kind'], 'new'>, by: KnownBy, identity: Identity) => void
  /** Called when what was acknowledged is forgotten, because the topic is another one. */
  readonly onForgotten: () => void
}

/**
 * What an instance knows of invoices that are in Kafka: what it has acknowledged itself, and what `.journals` says. It
 * spares second records and answers repeats. No promise depends on it: an invoice that it does not know is appended.
 */
export class Known {
  readonly #options: KnownOptions
  /** The offset behind the last one that was acknowledged, by partition. */
  readonly #ends: number[]

  constructor(options: KnownOptions) {
    this.#options = options
    this.#ends = Array.from({ length: options.partitions }, () => 0)
  }

  /** Whether an invoice is in Kafka already, as far as is known. */
  find(invoiceId: string, identity: Identity, value: Buffer): Repeat {
    const { acknowledged, view } = this.#options
    const own = acknowledged?.find(invoiceId, value) ?? NEW
    if (own.kind === 'same') return this.#told(own, 'instance', identity)
    const seen = view?.find(identity, value) ?? NEW
    // Another instance may have stored this one first. It is no conflict, whatever this instance has stored after it.
    if (own.kind === 'other' && seen.kind !== 'same') return this.#told(own, 'instance', identity)
    if (seen.kind !== 'new') return this.#told(seen, 'journals', identity)
    return own.kind === 'new' ? own : this.#told(own, 'instance', identity)
  }

  /** To be called when Kafka has acknowledged a record, before its identity can come again. */
  note({ invoiceId, value, partition, offset, receivedAtMs }: StoredRecord): void {
    const { acknowledged } = this.#options
    if (acknowledged === null) return
    if (offset !== null) {
      // Offsets of one topic never go back. So these are not those of the topic that is remembered.
      if (Number(offset) < (this.#ends[partition] as number)) this.#forget()
      this.#ends[partition] = Number(offset) + 1
    }
    acknowledged.remember(invoiceId, value, offset, receivedAtMs)
  }

  stateOf(journal: JournalName): JournalState {
    return this.#options.view?.stateOf(journal) ?? OFF
  }

  /** By partition, an offset up to which the raw topic must have records if it is the one that is known. */
  get leastEnds(): readonly number[] {
    const positions = this.#options.view?.positions ?? []
    return this.#ends.map((end, partition) => Math.max(end, positions[partition] ?? 0))
  }

  /** The raw topic ends before `leastEnds` in this partition: it was deleted, or created anew. */
  rawEndsBefore(partition: number, end: number): void {
    const { view } = this.#options
    if (end < (this.#ends[partition] as number)) this.#forget()
    if (view !== null && end < (view.positions[partition] as number)) view.distrust(partition)
  }

  /** The raw topic was deleted. What comes in its place is another topic. */
  rawIsGone(): void {
    const { view } = this.#options
    this.#forget()
    if (view === null) return
    view.checkAgain()
    // Where nothing was judged, `.journals` may be a new one already.
    for (const [partition, position] of view.positions.entries()) if (position > 0) view.distrust(partition)
  }

  /** The raw topic has the id of another one. What `.journals` says may be about the new one already. */
  rawIsAnother(): void {
    this.#forget()
    this.#options.view?.checkAgain()
  }

  #forget(): void {
    this.#ends.fill(0)
    this.#options.acknowledged?.forgetAll()
    this.#options.onForgotten()
  }

  #told<T extends Exclude<Repeat, { kind: 'new' }>>(repeat: T, by: KnownBy, identity: Identity): T {
    this.#options.onRepeat(repeat.kind, by, identity)
    return repeat
  }
}

const OFF: JournalState = { kind: 'unavailable', reason: 'off' }
