import { createHash, type Hash } from 'node:crypto'

/** The beginning of a journal: its length and its hash. */
export interface Prefix {
  readonly bytes: number
  /** Of those bytes, inflated; hexadecimal. */
  readonly sha256: string
}

/**
 * Hashes the lines of a journal that were read, from its first byte on. A journal may grow, but these lines must not
 * change. An incomplete line does not count: its writer may start it again.
 */
export class PrefixHash {
  /** Of the whole lines. */
  #whole = createHash('sha256')
  #wholeBytes = 0
  /** Of those and the beginning of the next line. */
  #open: Hash | undefined
  #position = 0

  get prefix(): Prefix {
    return { bytes: this.#wholeBytes, sha256: this.#whole.copy().digest('hex') }
  }

  /** Adds a piece that starts at byte `at` of the journal. Skips bytes that were added before. */
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
