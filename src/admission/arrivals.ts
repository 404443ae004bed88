import { ShortLivedSet } from '../short-lived.ts'
import { BufferMemory, type Reservation } from './buffer-memory.ts'

export interface ArrivalsOptions {
  /** The most bytes that bodies hold that have not arrived completely. */
  readonly capacityBytes: number
  /** A body that arrives more slowly than this on average is given up. Above 0. */
  readonly minBytesPerSecond: number
  /** How long a body may fall behind `minBytesPerSecond`. */
  readonly graceMs: number
  /** Monotonic clock, in milliseconds. */
  readonly now?: () => number
}

/** Why a body is given up before it has arrived: it is too slow, or others need its place. */
export type GivenUp = 'too-slow' | 'no-room'

/** A body that has begun to arrive. */
export interface ArrivingBody {
  /** It grows with the body. */
  readonly reservation: Reservation
  /** How long the body will be, or how long it may be if that is not known. */
  readonly lengthBytes: number
  /** Called at most once. It has to call `end`. */
  readonly giveUp: (why: GivenUp) => void
}

/** What is known of one arriving body. */
export interface Arrival {
  readonly body: ArrivingBody
  arrivedBytes: number
  /** What it holds of the share of arriving bodies. */
  heldBytes: number
  /** When it will be too slow, if nothing more of it arrives. */
  dueAtMs: number
}

/** `graceMs` has this many steps. Late bodies are looked for once a step, and one that is late by more steps goes first. */
const STEPS = 5
/** When bodies have to go, this part of the share is emptied of late ones at once, so that it is not done each time. */
const EMPTIED_PART = 1 / 64

/**
 * The bodies that arrive. Memory is taken for the bytes that have arrived, never for those that were announced, and
 * what is incomplete holds at most `capacityBytes`. So nobody takes memory by header fields alone, and a body that
 * arrives at once, as those of tills do, needs no part of this share.
 *
 * A body that needs more room than is left never waits for it: others are given up, or it is. Those that are latest go
 * first; among equals the one of which most is still to come. So a body that makes progress passes those that only hold
 * their memory, and some bodies always get to their end.
 *
 * A body is late when less than `minBytesPerSecond` arrive. When it is late by `graceMs` it is given up. Bytes that
 * came early do not count for later.
 */
export class Arrivals {
  readonly #options: ArrivalsOptions
  readonly #share: BufferMemory
  readonly #now: () => number
  readonly #arriving = new ShortLivedSet<Arrival>()
  #timer: NodeJS.Timeout | null = null
  #lookedAtMs = 0

  constructor(options: ArrivalsOptions) {
    this.#options = options
    this.#share = new BufferMemory(options.capacityBytes)
    this.#now = options.now ?? (() => performance.now())
  }

  /** Bytes of incomplete bodies. */
  get heldBytes(): number {
    return this.#share.usedBytes
  }

  /** How many bodies arrive. */
  get size(): number {
    return this.#arriving.size
  }

  /** Notes a body of which nothing has arrived. Every body that began has to `end`. */
  begin(body: ArrivingBody, nowMs = this.#now()): Arrival {
    const arrival = { body, arrivedBytes: 0, heldBytes: 0, dueAtMs: nowMs + this.#options.graceMs }
    this.#arriving.add(arrival)
    if (this.#timer === null) this.#lookLater(nowMs)
    return arrival
  }

  /**
   * Notes that `bytes` more have arrived, and that the body now takes `heldBytes` in memory. `false`: they do not fit.
   * The body may have been given up for that; if not, its reservation has no room.
   */
  grow(arrival: Arrival, bytes: number, heldBytes: number): boolean {
    const { minBytesPerSecond, graceMs } = this.#options
    const nowMs = this.#now()
    arrival.arrivedBytes += bytes
    arrival.dueAtMs = Math.min(arrival.dueAtMs + (bytes * 1_000) / minBytesPerSecond, nowMs + graceMs)
    const moreBytes = heldBytes - arrival.heldBytes
    if (moreBytes <= 0) return true
    if (!this.#share.hasRoom(moreBytes)) this.#makeRoom(moreBytes, arrival, nowMs)
    if (!this.#arriving.has(arrival) || !this.#share.take(moreBytes)) return false
    const { reservation } = arrival.body
    if (!reservation.resize(reservation.sizeBytes + moreBytes)) {
      this.#share.take(-moreBytes)
      return false
    }
    arrival.heldBytes = heldBytes
    return true
  }

  /** The body has arrived, or never will. Its reservation stays as it is. */
  end(arrival: Arrival): void {
    if (!this.#arriving.delete(arrival)) return
    if (arrival.heldBytes > 0) this.#share.take(-arrival.heldBytes)
    arrival.heldBytes = 0
  }

  /** Looks for late bodies no more. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  /** Gives bodies up until there is room for `neededBytes`, or until it is the turn of `growing` itself. */
  #makeRoom(neededBytes: number, growing: Arrival, nowMs: number): void {
    const stepsLate = ({ dueAtMs }: Arrival) => Math.floor((nowMs + this.#options.graceMs - dueAtMs) / this.#stepMs)
    const missingBytes = ({ body, arrivedBytes }: Arrival) => body.lengthBytes - arrivedBytes
    const slowest = this.#arriving
      .values()
      .filter((arrival) => arrival.heldBytes > 0 || arrival === growing)
      .sort((a, b) => stepsLate(b) - stepsLate(a) || missingBytes(b) - missingBytes(a))
    const spareBytes = this.#share.capacityBytes * EMPTIED_PART
    for (const arrival of slowest) {
      const isLate = stepsLate(arrival) > 0
      if (this.#share.hasRoom(neededBytes + (isLate ? spareBytes : 0))) return
      this.#giveUp(arrival, 'no-room')
      if (arrival === growing) return
    }
  }

  #giveUp(arrival: Arrival, why: GivenUp): void {
    arrival.body.giveUp(why)
    this.end(arrival)
  }

  get #stepMs(): number {
    return this.#options.graceMs / STEPS
  }

  #lookLater(nowMs: number): void {
    this.#lookedAtMs = nowMs
    this.#timer = setTimeout(() => this.#look(), this.#stepMs)
  }

  /** Gives up the bodies that are too slow. There is a timer only while bodies arrive. */
  #look(): void {
    this.#timer = null
    const nowMs = this.#now()
    // While the process was held up, bytes may have come that it has not read yet.
    const heldUpMs = nowMs - this.#lookedAtMs - 2 * this.#stepMs
    for (const arrival of this.#arriving.values()) {
      if (heldUpMs > 0) arrival.dueAtMs += heldUpMs
      if (arrival.dueAtMs < nowMs) this.#giveUp(arrival, 'too-slow')
    }
    if (this.#arriving.size > 0) this.#lookLater(nowMs)
  }
}
