import { BufferMemory, type Reservation } from '../../src/admission/buffer-memory.ts'

/**
 * Memory for the packets of all feeds and for their unsettled ticks. A feed waits here, and is not read from, until
 * there is room for a packet of the largest size. Waiting feeds are served in turn.
 */
export class PacketRoom {
  readonly #memory: BufferMemory
  readonly #packetBytes: number
  readonly #waiting = new Set<(reservation: Reservation) => void>()

  constructor(capacityBytes: number, packetBytes: number) {
    if (capacityBytes < packetBytes)
      throw new Error(`a packet can take ${packetBytes} bytes, there are ${capacityBytes}`)
    this.#memory = new BufferMemory(capacityBytes)
    this.#packetBytes = packetBytes
  }

  get usedBytes(): number {
    return this.#memory.usedBytes
  }

  /** Resolves with memory for one packet, or with `null` if `signal` is aborted first. */
  enter(signal: AbortSignal): Promise<Reservation | null> {
    return new Promise((resolve) => {
      const leave = () => {
        this.#waiting.delete(admit)
        resolve(null)
      }
      const admit = (reservation: Reservation) => {
        signal.removeEventListener('abort', leave)
        resolve(reservation)
      }
      signal.addEventListener('abort', leave)
      this.#waiting.add(admit)
      if (signal.aborted) leave()
      this.#admit()
    })
  }

  #admit(): void {
    for (const admit of this.#waiting) {
      const reservation = this.#memory.tryReserve(this.#packetBytes)
      if (reservation === null) return
      this.#waiting.delete(admit)
      admit(this.#admitting(reservation))
    }
  }

  /** The same reservation, but what it releases goes to waiting feeds. */
  #admitting(reservation: Reservation): Reservation {
    return {
      get sizeBytes() {
        return reservation.sizeBytes
      },
      retain: () => reservation.retain(),
      resize: (sizeBytes) => {
        const isDone = reservation.resize(sizeBytes)
        this.#admit()
        return isDone
      },
      release: () => {
        reservation.release()
        this.#admit()
      },
    }
  }
}
