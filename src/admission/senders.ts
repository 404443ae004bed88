import { LRUCache } from 'lru-cache'
import { Problem } from '../errors.ts'
import { BufferMemory } from './buffer-memory.ts'
import { TimeShare } from './time-share.ts'

/** What one sender may take. */
export interface SenderLimits {
  readonly maxConnections: number
  /** Bytes of invoices held at once. */
  readonly memoryBytes: number
  /** Bytes of uploads held at once. */
  readonly uploadMemoryBytes: number
  /** Part of the main thread's time, above 0; 1: there is no bound, on strangers neither. */
  readonly timeShare: number
}

/** How many senders are remembered, and as many strangers. Those that were quiet for longest are forgotten first. */
const MAX_SENDERS = 100_000
/** So much time a sender may take at once, before its share counts: thousands of posts, or a dozen full uploads. */
const BURST_MS = 500
/** A stranger may take a fifth of what a sender may: as shipped a hundred pages a second, or a thousand refusals. */
const STRANGER_PART = 0.2
/** A hundred probes a second, and as many at once: load balancers ask once a second. */
const PROBES = { share: 0.01, burstMs: 10 }
/** Others count as present for this long after their last request. */
const PRESENT_FOR_MS = 10_000

/**
 * Whoever sends: a principal, or an address where tokens are not asked for. Keeps what it takes of this instance, so
 * that nobody takes all of it. What was refused counts as well.
 */
export class Sender extends TimeShare {
  readonly name: string
  readonly memory: BufferMemory
  readonly uploadMemory: BufferMemory
  connections = 0
  readonly #limits: SenderLimits

  constructor(name: string, limits: SenderLimits) {
    super({ share: limits.timeShare, burstMs: BURST_MS })
    this.name = name
    this.#limits = limits
    this.memory = new BufferMemory(limits.memoryBytes)
    this.uploadMemory = new BufferMemory(limits.uploadMemoryBytes)
  }

  get hasTooManyConnections(): boolean {
    return this.connections > this.#limits.maxConnections
  }
}

/** The senders of this instance. */
export class Senders {
  readonly #limits: SenderLimits
  readonly #known = new LRUCache<string, Sender>({ max: MAX_SENDERS })
  readonly #strangers = new LRUCache<string, TimeShare>({ max: MAX_SENDERS })
  /** The two that came last, and when: enough to know whether one is alone. */
  #last: Sender | null = null
  #lastAtMs = Number.NEGATIVE_INFINITY
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
      this.#otherAtMs = this.#lastAtMs
      this.#last = sender
    }
    this.#lastAtMs = nowMs
    if (sender.hasTooManyConnections) return TOO_MANY_CONNECTIONS
    const waitMs = nowMs - this.#otherAtMs > PRESENT_FOR_MS ? 0 : sender.waitMs(nowMs)
    return waitMs === 0 ? null : tooMuchTime(waitMs)
  }

  /**
   * What an address takes with requests that are nobody's: pages, paths and methods that there are not, tokens that are
   * refused. The tills of that address do not pay for it, and do not wait for it.
   */
  stranger(address: string): TimeShare {
    let stranger = this.#strangers.get(address)
    if (stranger === undefined) {
      const { timeShare } = this.#limits
      const share = timeShare >= 1 ? 1 : timeShare * STRANGER_PART
      stranger = new TimeShare({ share, burstMs: BURST_MS * STRANGER_PART })
      this.#strangers.set(address, stranger)
    }
    return stranger
  }

  /** What the probes of one connection may take, whoever sends them. */
  probes(): TimeShare {
    return new TimeShare(PROBES)
  }

  /** Why a stranger gets no other answer now, or `null`: as for a sender, while any sender sends. */
  strangerObstacle(stranger: TimeShare, nowMs = performance.now()): Problem | null {
    const waitMs = nowMs - this.#lastAtMs > PRESENT_FOR_MS ? 0 : stranger.waitMs(nowMs)
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
