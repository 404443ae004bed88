import type { Buffer } from 'node:buffer'
import { hash } from 'node:crypto'
import { compareContent } from '../dedup/content.ts'
import { RecentBytes } from './recent-bytes.ts'
import { NEW, OTHER, type Repeat, UNCOMPARED } from './repeat.ts'

/**
 * A slot, which holds one invoice: three of the four words of its id, 8 bytes of the SHA-256 of its bytes, and numbers.
 *
 *     int32:    0-2 id   3-4 hash   5 length in bytes
 *     float64:  3 offset (-1: not known)   4 receivedAtMs   5 place of its bytes (-1: not kept)
 *
 * The remaining word of the id stands with those of the other slots of its row, so that one line of the processor's cache
 * says whether a row has an id. It is never 0: the version of the UUID is in it.
 */
const SLOT_BYTES = 48
const TAG_BYTES = 4
const [INTS, DOUBLES] = [SLOT_BYTES / 4, SLOT_BYTES / 8]
/** An invoice has its slot in one row; the row's oldest gives way. */
const SLOTS_A_ROW = 8
/** The other part of the memory is for the bytes of the latest invoices. */
const SLOTS_SHARE = 0.5

/**
 * What this instance has acknowledged lately. It has a fixed size and lies outside of V8's heap: a map of so many
 * strings would hold up the event loop for tens of milliseconds whenever it grows.
 *
 * The bytes of an invoice are compared first. If they differ, the content decides (`contentHash`), as long as the bytes
 * of the first are kept: to compute it for every invoice would cost a fifth of what a post costs.
 */
export class Acknowledged {
  readonly #rows: number
  readonly #tags: Int32Array
  readonly #ints: Int32Array
  readonly #doubles: Float64Array
  /** Which slot of a row is overwritten next. */
  readonly #oldest: Uint8Array
  readonly #bytes: RecentBytes
  readonly #id: Id = [0, 0, 0, 0]
  #count = 0

  constructor(memoryBytes: number) {
    const rowBytes = (SLOT_BYTES + TAG_BYTES) * SLOTS_A_ROW + 1
    this.#rows = Math.max(1, Math.floor((memoryBytes * SLOTS_SHARE) / rowBytes))
    this.#tags = new Int32Array(this.#rows * SLOTS_A_ROW)
    const slots = new ArrayBuffer(this.#rows * SLOTS_A_ROW * SLOT_BYTES)
    this.#ints = new Int32Array(slots)
    this.#doubles = new Float64Array(slots)
    this.#oldest = new Uint8Array(this.#rows)
    this.#bytes = new RecentBytes(Math.ceil(memoryBytes * (1 - SLOTS_SHARE)))
  }

  /** How many invoices are remembered. */
  get count(): number {
    return this.#count
  }

  /** How many invoices can be remembered. */
  get capacity(): number {
    return this.#rows * SLOTS_A_ROW
  }

  /** Whether an invoice with this id (`invoiceIdOf`) was acknowledged, and whether with the same content. */
  find(invoiceId: string, value: Buffer): Repeat {
    const slot = this.#slotOf(invoiceId)
    if (slot === -1) return NEW
    const ints = slot * INTS
    const length = this.#ints[ints + 5] as number
    const first = this.#bytes.find(this.#doubles[slot * DOUBLES + 5] as number, length)
    if (first === undefined ? this.#hasHash(ints, value, length) : first.equals(value)) return this.#sameAs(slot)
    if (first === undefined) return UNCOMPARED
    const comparison = compareContent(first, value)
    if (comparison === 'same') return this.#sameAs(slot)
    return comparison === 'other' ? OTHER : UNCOMPARED
  }

  /** Remembers that Kafka has acknowledged these bytes. `offset`: null if the broker did not say. */
  remember(invoiceId: string, value: Buffer, offset: string | null, receivedAtMs: number): void {
    let slot = this.#slotOf(invoiceId)
    if (slot === -1) slot = this.#nextSlot()
    const [ints, doubles] = [slot * INTS, slot * DOUBLES]
    if (this.#tags[slot] === 0) this.#count++
    const [a, tag, b, c] = this.#id
    const digest = digestOf(value)
    this.#tags[slot] = tag
    this.#ints[ints] = a
    this.#ints[ints + 1] = b
    this.#ints[ints + 2] = c
    this.#ints[ints + 3] = int32At(digest, 0)
    this.#ints[ints + 4] = int32At(digest, 4)
    this.#ints[ints + 5] = value.length
    this.#doubles[doubles + 3] = offset === null ? -1 : Number(offset)
    this.#doubles[doubles + 4] = receivedAtMs
    this.#doubles[doubles + 5] = this.#bytes.add(value)
  }

  forgetAll(): void {
    this.#tags.fill(0)
    this.#count = 0
  }

  /** The slot with this id; -1 if none has it. Leaves the id in `#id`. */
  #slotOf(invoiceId: string): number {
    readId(invoiceId, this.#id)
    const [a, tag, b, c] = this.#id
    const first = this.#row * SLOTS_A_ROW
    for (let slot = first; slot < first + SLOTS_A_ROW; slot++) {
      if (this.#tags[slot] !== tag) continue
      const at = slot * INTS
      if (this.#ints[at] === a && this.#ints[at + 1] === b && this.#ints[at + 2] === c) return slot
    }
    return -1
  }

  /** Of the id in `#id`. */
  get #row(): number {
    return (this.#id[0] >>> 0) % this.#rows
  }

  #nextSlot(): number {
    const row = this.#row
    const oldest = this.#oldest[row] as number
    this.#oldest[row] = (oldest + 1) % SLOTS_A_ROW
    return row * SLOTS_A_ROW + oldest
  }

  #hasHash(ints: number, value: Buffer, length: number): boolean {
    if (value.length !== length) return false
    const digest = digestOf(value)
    return this.#ints[ints + 3] === int32At(digest, 0) && this.#ints[ints + 4] === int32At(digest, 4)
  }

  #sameAs(slot: number): Repeat {
    const offset = this.#doubles[slot * DOUBLES + 3] as number
    const receivedAtMs = this.#doubles[slot * DOUBLES + 4] as number
    return { kind: 'same', offset: offset === -1 ? null : String(offset), receivedAtMs }
  }
}

function digestOf(value: Buffer): string {
  return hash('sha256', value, 'binary')
}

function int32At(text: string, at: number): number {
  return (
    text.charCodeAt(at) |
    (text.charCodeAt(at + 1) << 8) |
    (text.charCodeAt(at + 2) << 16) |
    (text.charCodeAt(at + 3) << 24)
  )
}

/** Where the 32 digits of a UUID are. */
const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17, 19, 20, 21, 22, 24, 25, 26, 27].concat([
  28, 29, 30, 31, 32, 33, 34, 35,
])

/** The 16 bytes of a UUID, as four words. */
type Id = [number, number, number, number]

function readId(uuid: string, id: Id): void {
  for (let word = 0; word < 4; word++) {
    let value = 0
    for (let digit = 8 * word; digit < 8 * word + 8; digit++) {
      const code = uuid.charCodeAt(DIGITS[digit] as number)
      value = (value << 4) | ((code & 15) + (code >> 6) * 9)
    }
    id[word] = value
  }
}
