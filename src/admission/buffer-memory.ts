/**
 * A share of the buffer that several holders keep alive: the HTTP request until it is answered, the record until its
 * outcome is known. The bytes are free again when the last holder has released it.
 */
export interface Reservation {
  readonly sizeBytes: number
  /** Adds a holder. */
  retain(): void
  /** Changes the size to `sizeBytes`. `false` if there is not enough room; then nothing changes. */
  resize(sizeBytes: number): boolean
  /** Removes a holder; the last one frees the bytes. Releasing more often than held is a bug and throws. */
  release(): void
}

/**
 * Bounds the bytes that all requests and records together hold in memory. It never waits: a full buffer refuses at
 * once, while that is still cheap.
 */
export class BufferMemory {
  readonly capacityBytes: number
  readonly #whole: BufferMemory | undefined
  #usedBytes = 0
  readonly #takeBytes = (sizeBytes: number) => this.#take(sizeBytes)

  /** `whole`: the memory that this one is part of; bytes held here are held there too. */
  constructor(capacityBytes: number, whole?: BufferMemory) {
    this.capacityBytes = capacityBytes
    this.#whole = whole
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  /** Reserves `sizeBytes` with one holder, or returns `null` when they do not fit. */
  tryReserve(sizeBytes: number): Reservation | null {
    return this.#take(sizeBytes) ? new Share(sizeBytes, this.#takeBytes) : null
  }

  /** A negative `sizeBytes` gives bytes back. `false`: there is not enough room. */
  #take(sizeBytes: number): boolean {
    if (sizeBytes > 0 && this.#usedBytes + sizeBytes > this.capacityBytes) return false
    if (this.#whole !== undefined && !this.#whole.#take(sizeBytes)) return false
    this.#usedBytes += sizeBytes
    return true
  }
}

/** A class rather than closures, because there is one for every invoice. */
class Share implements Reservation {
  readonly #take: (bytes: number) => boolean
  #sizeBytes: number
  #holders = 1

  constructor(sizeBytes: number, take: (bytes: number) => boolean) {
    this.#sizeBytes = sizeBytes
    this.#take = take
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  resize(sizeBytes: number): boolean {
    if (this.#holders === 0) throw new Error('reservation resized after it was freed')
    if (!this.#take(sizeBytes - this.#sizeBytes)) return false
    this.#sizeBytes = sizeBytes
    return true
  }

  retain(): void {
    if (this.#holders === 0) throw new Error('reservation retained after it was freed')
    this.#holders++
  }

  release(): void {
    if (this.#holders === 0) throw new Error('reservation released more often than held')
    if (--this.#holders === 0) this.#take(-this.#sizeBytes)
  }
}
