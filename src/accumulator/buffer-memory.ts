/**
 * A share of the buffer that several holders keep alive: the HTTP request until it is answered, the record until its
 * outcome is known. The bytes are free again when the last holder has released.
 */
export interface Reservation {
  readonly sizeBytes: number
  /** One more holder. */
  retain(): void
  /** One holder less; the last one frees the bytes. Calling it more often than held is a bug and throws. */
  release(): void
}

/**
 * Bounds the bytes that requests and records hold in memory, all together. It never waits: a full buffer says no at
 * once, so that the till can be told while it is still cheap.
 */
export class BufferMemory {
  readonly capacityBytes: number
  #usedBytes = 0

  constructor(capacityBytes: number) {
    this.capacityBytes = capacityBytes
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  /** Reserves `sizeBytes` with one holder, or returns `null` when they do not fit. */
  tryReserve(sizeBytes: number): Reservation | null {
    if (this.#usedBytes + sizeBytes > this.capacityBytes) return null
    this.#usedBytes += sizeBytes
    let holders = 1
    return {
      sizeBytes,
      retain: () => {
        if (holders === 0) throw new Error('reservation retained after it was freed')
        holders++
      },
      release: () => {
        if (holders === 0) throw new Error('reservation released more often than held')
        if (--holders === 0) this.#usedBytes -= sizeBytes
      },
    }
  }
}
