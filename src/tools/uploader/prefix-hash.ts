import { createHash, type Hash } from 'node:crypto'

/** A beginning of a journal, and what identifies it. */
export interface Prefix {
  readonly bytes: number
  /** Of those bytes, inflated; hexadecimal. */
  readonly sha256: string
}

/**
 * The identity of the lines of a journal that were read, from its first byte on. A journal may grow; a line that was
 * read may not change. A line that has not ended does not count: its writer may begin it anew.
 */
export class PrefixHash {
  /** Of all whole lines. */
  #whole = createHash('sha256')
  #wholeBytes = 0
  /** Of those and the beginning of the next line. */
  #open: Hash | undefined
  #position = 0

  get prefix(): Prefix {
    return { bytes: this.#wholeBytes, sha256: this.#whole.copy().digest('hex') }
  }

  /** Adds a piece that starts `at` that byte of the journal; what was added before is passed over. */
  add(at: number, piece: Buffer, isLineEnd: boolean): void {
    if (at + piece.length < this.#position) return
    const fresh = piece.subarray(Math.max(0, this.#position - at))
    const hash = this.#open ?? (isLineEnd ? this.#whole : this.#whole.copy())
    hash.update(fresh)
    this.#position += fresh.length
    this.#open = isLineEnd ? undefined : hash
    if (!isLineEnd) return
    this.#whole = hash
    this.#wholeBytes = this.#position
  }
}
