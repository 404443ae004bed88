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

  /** `whole`: the memory that this one is part of; bytes held here are held there too. */
  constructor(capacityBytes: number, whole?: BufferMemory) {
    this.capacityBytes = capacityBytes
    this.#whole = whole
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  /** Whether `sizeBytes` would fit now. */
  hasRoom(sizeBytes: number): boolean {
    return this.#usedBytes + sizeBytes <= this.capacityBytes && (this.#whole?.hasRoom(sizeBytes) ?? true)
  }

  /**
   * Reserves `sizeBytes` with one holder, or returns `null` when they do not fit. `sender`: the memory of whoever sends
   * them; bytes held here are held there too.
   */
  tryReserve(sizeBytes: number, sender?: BufferMemory): Reservation | null {
    const share = new Share(this, sender)
    return share.resize(sizeBytes) ? share : null
  }

  /** Takes `sizeBytes`; a negative number gives bytes back. `false`: there is not enough room, and nothing changed. */
  take(sizeBytes: number): boolean {
    if (sizeBytes > 0 && this.#usedBytes + sizeBytes > this.capacityBytes) return false
    if (this.#whole !== undefined && !this.#whole.take(sizeBytes)) return false
    this.#usedBytes += sizeBytes
    return true
  }
}

/** A class rather than closures, because there is one for every invoice. */
class Share implements Reservation {
  readonly #memory: BufferMemory
  readonly #sender: BufferMemory | undefined
  #sizeBytes = 0
  #holders = 1

  constructor(memory: BufferMemory, sender: BufferMemory | undefined) {
    this.#memory = memory
    this.#sender = sender
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  resize(sizeBytes: number): boolean {
    if (this.#holders === 0) throw new Error('reservation resized after it was freed')
    const moreBytes = sizeBytes - this.#sizeBytes
    if (this.#sender !== undefined && !this.#sender.take(moreBytes)) return false
    if (!this.#memory.take(moreBytes)) {
      this.#sender?.take(-moreBytes)
      return false
    }
    this.#sizeBytes = sizeBytes
    return true
  }

  retain(): void {
    if (this.#holders === 0) throw new Error('reservation retained after it was freed')
    this.#holders++
  }

  release(): void {
    if (this.#holders === 0) throw new Error('reservation released more often than held')
    if (this.#holders === 1) this.resize(0)
    this.#holders--
  }
}
