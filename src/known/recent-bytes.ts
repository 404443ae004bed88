import { Buffer } from 'node:buffer'

/** Bytes larger than this part of the memory are not kept: they would push out too many others. */
const LARGEST_PART = 1 / 16

/** Copies of the bytes that were added last, in a fixed amount of memory. The oldest are overwritten. */
export class RecentBytes {
  readonly #memory: Buffer
  /** How many bytes were ever written; where the next ones go is this modulo the size. */
  #end = 0

  constructor(sizeBytes: number) {
    this.#memory = Buffer.allocUnsafeSlow(sizeBytes)
  }

  /** Returns where they are, for `find`; -1 if they are too large to be kept. */
  add(bytes: Buffer): number {
    const size = this.#memory.length
    if (bytes.length > size * LARGEST_PART) return -1
    const left = size - (this.#end % size)
    if (bytes.length > left) this.#end += left
    const position = this.#end
    bytes.copy(this.#memory, position % size)
    this.#end += bytes.length
    return position
  }

  /** A view of the bytes that were added, until the next `add`; undefined if they were not kept, or are overwritten. */
  find(position: number, length: number): Buffer | undefined {
    const size = this.#memory.length
    if (position < 0 || this.#end - position > size) return undefined
    const start = position % size
    return this.#memory.subarray(start, start + length)
  }
}
