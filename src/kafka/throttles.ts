import type { ThrottleNotice } from './kafkajs/throttling.ts'

/**
 * - `pause`: a broker asked for a pause of `ms`.
 * - `began`: it is the first one for some time.
 * - `ended`: there was none for some time; `ms` is how long they went on.
 */
export type OnThrottle = (what: 'pause' | 'began' | 'ended', broker: string, ms: number) => void

/** Pauses with less than this between them are one throttling. */
const QUIET_MS = 5_000
/** Of longer pauses, no more than this is waited for: the connection is closed before. */
const LONGEST_MS = 20_000
/** More brokers than this count as one: addresses may change for ever. */
const MAX_BROKERS = 100
const OTHER_BROKERS = 'others'

interface Throttling {
  readonly beganAtMs: number
  /** When it ends, or has ended, unless there is another pause. */
  endsAtMs: number
  timer: NodeJS.Timeout
}

/** Which brokers throttle this client now, because a quota of theirs is exceeded. */
export class Throttles {
  readonly #onThrottle: OnThrottle
  readonly #throttlings = new Map<string, Throttling>()
  readonly #known = new Set<string>()

  constructor(onThrottle: OnThrottle) {
    this.#onThrottle = onThrottle
  }

  /** What an answer of a broker said: a pause, or 0 for the first answer without one. */
  note({ broker: address, throttleMs }: ThrottleNotice): void {
    const broker = this.#nameOf(address)
    const throttling = this.#throttlings.get(broker)
    if (throttleMs === 0 && throttling === undefined) return
    const nowMs = performance.now()
    const beganAtMs = throttling?.beganAtMs ?? nowMs
    clearTimeout(throttling?.timer)
    const endsAtMs = nowMs + Math.min(throttleMs, LONGEST_MS)
    const timer = setTimeout(() => this.#end(broker), endsAtMs - nowMs + QUIET_MS)
    this.#throttlings.set(broker, { beganAtMs, endsAtMs, timer })
    if (throttling === undefined) this.#onThrottle('began', broker, throttleMs)
    if (throttleMs > 0) this.#onThrottle('pause', broker, throttleMs)
  }

  /** Ends all that goes on. */
  stop(): void {
    for (const broker of [...this.#throttlings.keys()]) this.#end(broker)
  }

  #end(broker: string): void {
    const { beganAtMs, endsAtMs, timer } = this.#throttlings.get(broker) as Throttling
    clearTimeout(timer)
    this.#throttlings.delete(broker)
    this.#onThrottle('ended', broker, Math.min(endsAtMs, performance.now()) - beganAtMs)
  }

  #nameOf(address: string): string {
    if (this.#known.size >= MAX_BROKERS && !this.#known.has(address)) return OTHER_BROKERS
    this.#known.add(address)
    return address
  }
}
