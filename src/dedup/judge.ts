import type { Buffer } from 'node:buffer'
import { contentHash } from './content.ts'
import { hasRoomFor, hasTaken, type Journal, newJournal, take, trim } from './journal.ts'
import { MOST_BYTES_A_NUMBER, packedBound, packJournal } from './journal-value.ts'
import type { PartitionState } from './partition-state.ts'
import type { Position } from './position.ts'
import { fingerprintOf, invoiceIn, type RawRecord } from './raw-record.ts'

/**
 * - `first`: the invoice.
 * - `duplicate`: the same invoice again; nothing is written.
 * - `other-content`: another document with a number that was taken.
 * - `uncompared`: a number that was taken too long ago: it cannot be said whether this is the same document.
 * - `too-many-gaps`: the number was not taken, but its journal has as many gaps as one may have.
 * - `foreign`: no invoice of the gateway.
 */
export type Verdict =
  | { readonly kind: 'first' }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'too-many-gaps' }
  | { readonly kind: 'duplicate'; readonly firstOffset: number }
  | { readonly kind: 'other-content'; readonly firstOffset: number }
  | { readonly kind: 'uncompared'; readonly firstOffset: null }

/** How many journals each transaction looks at to find idle ones. */
const SWEPT = 100

/** What a draft has changed. */
export interface Changes {
  /** Touched journals, packed; `null` for one that is forgotten. */
  readonly journals: ReadonlyMap<string, string | null>
  readonly position: Position
}

/**
 * Judges records on a copy of a partition's state. It is pure: the verdicts follow from the records alone, whenever and
 * wherever they are judged, because its only clock are the records' timestamps. Nothing of the state changes before the
 * caller has committed `changes` and applied them.
 */
export class Draft {
  readonly #state: PartitionState
  readonly #touched = new Map<string, Journal>()
  #next: number
  #timeMs: number
  #last: RawRecord | undefined
  #journalBytes = 0

  constructor(state: PartitionState) {
    this.#state = state
    this.#next = state.position.next
    this.#timeMs = state.position.timeMs
  }

  /** The offset of the next record to judge. */
  get next(): number {
    return this.#next
  }

  /** The verdict on the next record. Throws if the record was judged before. */
  judge(record: RawRecord): Verdict {
    this.passTo(record.offset)
    this.#next = record.offset + 1
    this.#timeMs = Math.max(this.#timeMs, record.timestampMs)
    this.#last = record
    const invoice = invoiceIn(record)
    if (invoice === undefined) return { kind: 'foreign' }
    const { sequenceNumber, receivedAtMs, isUploaded } = invoice
    const journal = this.#journal(invoice.journal)
    if (hasTaken(journal, sequenceNumber)) return this.#judgeRepeat(journal, sequenceNumber, invoice.value)
    if (!hasRoomFor(journal, sequenceNumber)) return { kind: 'too-many-gaps' }
    const hash = contentHash(invoice.value)
    if (!this.#touched.has(invoice.journal)) this.#journalBytes += invoice.journal.length + packedBound(journal)
    this.#touched.set(invoice.journal, journal)
    this.#journalBytes += MOST_BYTES_A_NUMBER
    const taken = { sequenceNumber, contentHash: hash, rawOffset: record.offset, receivedAtMs }
    take(journal, taken, this.#timeMs, isUploaded)
    return { kind: 'first' }
  }

  /** Moves past offsets without a record. */
  passTo(offset: number): void {
    if (offset < this.#next) throw new Error(`offset ${offset} was judged before: the position is ${this.#next}`)
    this.#next = offset
  }

  /** A bound of the bytes that the touched journals take in `.journals`. */
  get journalBytes(): number {
    return this.#journalBytes
  }

  /** All that has to be committed, and then applied to the state. Forgets some journals that are idle. */
  changes(): Changes {
    const journals = new Map<string, string | null>()
    for (const [name, journal] of this.#touched) journals.set(name, packJournal(journal))
    for (const name of this.#state.idleAmong(SWEPT, this.#timeMs)) if (!journals.has(name)) journals.set(name, null)
    const last = this.#last && { offset: this.#last.offset, fingerprint: fingerprintOf(this.#last) }
    const position = { next: this.#next, timeMs: this.#timeMs, last: last ?? this.#state.position.last }
    return { journals, position }
  }

  /** The journal at this time. One that is idle counts as forgotten, whether or not its tombstone was written. */
  #journal(name: string): Journal {
    const journal = this.#touched.get(name) ?? this.#state.find(name)
    if (journal === undefined || this.#state.isIdle(journal.touchedMs, this.#timeMs)) return newJournal()
    trim(journal, this.#timeMs)
    return journal
  }

  #judgeRepeat({ recent }: Journal, sequenceNumber: number, value: Buffer): Verdict {
    const first = recent.find((taken) => taken.sequenceNumber === sequenceNumber)
    if (first === undefined) return { kind: 'uncompared', firstOffset: null }
    const isSame = first.contentHash === contentHash(value)
    return { kind: isSame ? 'duplicate' : 'other-content', firstOffset: first.rawOffset }
  }
}
