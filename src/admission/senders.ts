import { LRUCache } from 'lru-cache'
import { Problem } from '../errors.ts'
import { BufferMemory } from './buffer-memory.ts'

/** What one sender may take. */
export interface SenderLimits {
  readonly maxConnections: number
  /** Bytes of invoices held at once. */
  readonly memoryBytes: number
  /** Bytes of uploads held at once. */
  readonly uploadMemoryBytes: number
  /** Part of the main thread's time, above 0; 1: there is no bound. */
  readonly timeShare: number
}

/** How many senders are remembered. Those that were quiet for longest are forgotten first. */
const MAX_SENDERS = 100_000
/** So much time may be taken at once, before the share counts. */
const BURST_MS = 1_000
/** More debt than this is forgiven, so that nobody is kept out for minutes. */
const MAX_DEBT_MS = 5_000
/** Others count as present for this long after their last request. */
const PRESENT_FOR_MS = 10_000

/**
 * Whoever sends: a principal, or an address where tokens are not asked for. Keeps what it takes of this instance, so
 * that nobody takes all of it. What was refused counts as well.
 */
export class Sender {
  readonly name: string
  readonly memory: BufferMemory
  readonly uploadMemory: BufferMemory
  connections = 0
  readonly #limits: SenderLimits
  #debtMs = 0
  #debtAtMs = 0

  constructor(name: string, limits: SenderLimits) {
    this.name = name
    this.#limits = limits
    this.memory = new BufferMemory(limits.memoryBytes)
    this.uploadMemory = new BufferMemory(limits.uploadMemoryBytes)
  }

  get hasTooManyConnections(): boolean {
    return this.connections > this.#limits.maxConnections
  }

  /** Counts time of the main thread that was spent on something from this sender. */
  charge(ms: number, nowMs = performance.now()): void {
    this.#debtMs = Math.min(this.#debtAt(nowMs) + ms, MAX_DEBT_MS)
    this.#debtAtMs = nowMs
  }

  /** How long it has to wait until its share covers what was spent on it; 0: not at all. */
  waitMs(nowMs = performance.now()): number {
    const { timeShare } = this.#limits
    if (timeShare >= 1) return 0
    return Math.max((this.#debtAt(nowMs) - BURST_MS) / timeShare, 0)
  }

  #debtAt(nowMs: number): number {
    return Math.max(this.#debtMs - (nowMs - this.#debtAtMs) * this.#limits.timeShare, 0)
  }
}

/** The senders of this instance. */
export class Senders {
  readonly #limits: SenderLimits
  readonly #known = new LRUCache<string, Sender>({ max: MAX_SENDERS })
  /** The two that came last, and when: enough to know whether one is alone. */
  #last: Sender | null = null
  #lastAtMs = 0
  #otherAtMs = Number.NEGATIVE_INFINITY

  constructor(limits: SenderLimits) {
    this.#limits = limits
  }

  /** The sender of this name: what it has taken is remembered. */
  named(name: string): Sender {
    let sender = this.#known.get(name)
    if (sender === undefined) {
      sender = new Sender(name, this.#limits)
      this.#known.set(name, sender)
    }
    return sender
  }

  /**
   * Why a sender may send nothing now, or `null`. Time that nobody else wants is not withheld: it counts only while
   * others send, too. `nowMs` is monotonic.
   */
  obstacle(sender: Sender, nowMs = performance.now()): Problem | null {
    if (this.#last !== sender) {
      this.#otherAtMs = this.#last === null ? Number.NEGATIVE_INFINITY : this.#lastAtMs
      this.#last = sender
    }
    this.#lastAtMs = nowMs
    if (sender.hasTooManyConnections) return TOO_MANY_CONNECTIONS
    const waitMs = nowMs - this.#otherAtMs > PRESENT_FOR_MS ? 0 : sender.waitMs(nowMs)
    return waitMs === 0 ? null : tooMuchTime(waitMs)
  }
}

const TOO_MANY_CONNECTIONS = new Problem('sender-limit', 'The sender has too many connections. Send it again later.', {
  bound: 'sender-connections',
  headers: { connection: 'close' },
})

/** The answer to a body that would take more than the sender's part of the memory. */
export const SENDER_MEMORY = new Problem(
  'sender-limit',
  'Too much of what the sender has sent is still under way. Send it again later.',
  { bound: 'sender-bytes' },
)

function tooMuchTime(waitMs: number): Problem {
  return new Problem('sender-limit', 'Reading what the sender sends takes too much time. Send it again later.', {
    bound: 'sender-time',
    retryAfterSeconds: waitMs / 1_000 + Math.random() * 2,
  })
}
