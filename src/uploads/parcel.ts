/**
 * What a worker hands back: bytes, a table of where each item is in them, and notes. All three are transferred; nothing
 * is copied or cloned, whatever the number of items.
 */
export interface Parcel {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** `COLUMNS` numbers per item: its kind, start and end in `bytes`, start and end in `notes`. */
  readonly table: Int32Array<ArrayBuffer>
  /** Text about the items, UTF-8. */
  readonly notes: Uint8Array<ArrayBuffer>
}

/** One item of a parcel. `value` is a view of the parcel's bytes. The writer decides what `kind` and `note` mean. */
export interface ParcelItem {
  readonly kind: number
  readonly value: Buffer
  readonly note: string
}

const COLUMNS = 5

/** Makes a parcel, item by item. */
export class ParcelWriter {
  readonly #bytes: Uint8Array<ArrayBuffer>
  readonly #table: number[] = []
  #notes = Buffer.allocUnsafeSlow(4_096)
  #notesBytes = 0

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes
  }

  add(kind: number, start: number, end: number, note: string): void {
    const noteStart = this.#notesBytes
    this.#reserve(3 * note.length) // no UTF-16 unit takes more bytes in UTF-8
    this.#notesBytes += this.#notes.write(note, noteStart)
    this.#table.push(kind, start, end, noteStart, this.#notesBytes)
  }

  finish(): Parcel {
    const notes = this.#notes.subarray(0, this.#notesBytes) as Uint8Array<ArrayBuffer>
    return { bytes: ownMemory(this.#bytes), table: Int32Array.from(this.#table), notes }
  }

  #reserve(bytes: number): void {
    if (this.#notesBytes + bytes <= this.#notes.length) return
    const larger = Buffer.allocUnsafeSlow(2 * (this.#notesBytes + bytes))
    this.#notes.copy(larger, 0, 0, this.#notesBytes)
    this.#notes = larger
  }
}

export function parcelLength({ table }: Parcel): number {
  return table.length / COLUMNS
}

/** The items of a parcel in order, each made when it is asked for. */
export function* parcelItems({ bytes, table, notes }: Parcel): Generator<ParcelItem> {
  const values = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const texts = Buffer.from(notes.buffer, notes.byteOffset, notes.length)
  for (let at = 0; at < table.length; at += COLUMNS) {
    // One by one: a view of the row would cost more than the rest.
    yield {
      kind: table[at] as number,
      value: values.subarray(table[at + 1], table[at + 2]),
      note: texts.toString('utf8', table[at + 3], table[at + 4]),
    }
  }
}

/**
 * The same bytes in memory of their own: only whole memory can be transferred, and Node's buffer pool never. A few bytes
 * more than they need are no reason to copy them; they never fill most of the pool.
 */
export function ownMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const restBytes = bytes.buffer.byteLength - bytes.length
  return restBytes <= SPARE_BYTES ? bytes : new Uint8Array(bytes)
}

/** Inflating leaves one byte at least. */
const SPARE_BYTES = 64

/** The memory to transfer with a parcel to another thread. */
export function parcelBuffers({ bytes, table, notes }: Parcel): ArrayBuffer[] {
  return [bytes.buffer, table.buffer, notes.buffer]
}
