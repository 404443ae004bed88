import { hash } from 'node:crypto'

/** Where a record is. Offsets are numbers: 2^53 of them last longer than any log. */
export interface Place {
  readonly partition: number
  readonly offset: number
}

/** What one answer says about the log: a record at a place, certain bytes, or both. */
export interface Claim {
  readonly sequenceNumber: number
  readonly place: Place | undefined
  /** 32 bytes. */
  readonly sha256: Buffer | undefined
}

const ROW_BYTES = 56
const OFFSET = 8
const PARTITION = 16
const FLAGS = 20
const DIGEST = 24
const HAS_PLACE = 1
const HAS_DIGEST = 2
const IS_MET = 4
const IS_SEEN = 8

/** The claims on one journal, 56 bytes each in one buffer. Several claims on one sequence number are allowed. */
export class Claims {
  #rows: Buffer = Buffer.alloc(0)
  #count = 0
  #isSorted = true

  /** Adds a claim. Cheap in the order of sequence numbers; otherwise the claims are sorted once, at the first check. */
  add({ sequenceNumber, place, sha256 }: Claim): void {
    const at = this.#count * ROW_BYTES
    if (at === this.#rows.length) this.#grow()
    if (this.#count > 0 && this.#numberOf(this.#count - 1) > sequenceNumber) this.#isSorted = false
    const rows = this.#rows
    rows.writeDoubleLE(sequenceNumber, at)
    rows.writeDoubleLE(place?.offset ?? 0, at + OFFSET)
    rows.writeUInt32LE(place?.partition ?? 0, at + PARTITION)
    rows[at + FLAGS] = (place === undefined ? 0 : HAS_PLACE) | (sha256 === undefined ? 0 : HAS_DIGEST)
    sha256?.copy(rows, at + DIGEST)
    this.#count++
  }

  /**
   * Marks the claims that name the place of this record as met. Returns false if there are claims on its bytes and none
   * of them matches: the invoice was altered.
   */
  check(sequenceNumber: number, place: Place, value: Buffer): boolean {
    if (!this.#isSorted) this.#sort()
    let digest: Buffer | undefined
    let fits = true
    for (let row = this.#firstOf(sequenceNumber); row < this.#count; row++) {
      if (this.#numberOf(row) !== sequenceNumber) break
      const at = row * ROW_BYTES
      const flags = (this.#rows[at + FLAGS] as number) | IS_SEEN
      this.#rows[at + FLAGS] = flags & HAS_PLACE && this.#isAt(at, place) ? flags | IS_MET : flags
      if (!(flags & HAS_DIGEST) || (digest !== undefined && fits)) continue
      digest ??= hash('sha256', value, 'buffer')
      fits = digest.compare(this.#rows, at + DIGEST, at + ROW_BYTES) === 0
    }
    return fits
  }

  /** The claims whose record was not at their place, and the claims on numbers that have no record. */
  *unmet(): Generator<Pick<Claim, 'sequenceNumber' | 'place'>> {
    for (let row = 0; row < this.#count; row++) {
      const at = row * ROW_BYTES
      const flags = this.#rows[at + FLAGS] as number
      const sequenceNumber = this.#numberOf(row)
      if (flags & HAS_PLACE) {
        if (flags & IS_MET) continue
        const partition = this.#rows.readUInt32LE(at + PARTITION)
        yield { sequenceNumber, place: { partition, offset: this.#rows.readDoubleLE(at + OFFSET) } }
      } else if (!(flags & IS_SEEN)) yield { sequenceNumber, place: undefined }
    }
  }

  #numberOf(row: number): number {
    return this.#rows.readDoubleLE(row * ROW_BYTES)
  }

  #isAt(at: number, { partition, offset }: Place): boolean {
    return this.#rows.readDoubleLE(at + OFFSET) === offset && this.#rows.readUInt32LE(at + PARTITION) === partition
  }

  #firstOf(sequenceNumber: number): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#numberOf(middle) < sequenceNumber) low = middle + 1
      else high = middle
    }
    return low
  }

  #grow(): void {
    const rows = Buffer.alloc(Math.max(16, Math.ceil(this.#count * 1.5)) * ROW_BYTES)
    this.#rows.copy(rows)
    this.#rows = rows
  }

  #sort(): void {
    const order = Float64Array.from({ length: this.#count }, (_, row) => row)
    order.sort((a, b) => this.#numberOf(a) - this.#numberOf(b))
    const sorted = Buffer.alloc(this.#rows.length)
    for (const [to, from] of order.entries())
      this.#rows.copy(sorted, to * ROW_BYTES, from * ROW_BYTES, (from + 1) * ROW_BYTES)
    this.#rows = sorted
    this.#isSorted = true
  }
}
