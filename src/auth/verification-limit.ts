import { LRUCache } from 'lru-cache'

/** Verifications at once: as many as threads can be busy with, and no more at one turn of the event loop. */
const MAX_AT_ONCE = 16
/** Tokens that wait for that, a tenth of a second at most. */
const MAX_WAITING = 1_000
/** Of one sender: so many tokens that nobody signed at once, then so many a second. */
const MAX_BAD = 100
const BAD_PER_SECOND = 10
/** The least recently seen are forgotten first. */
const MAX_SENDERS = 10_000

/**
 * Bounds what tokens that are not known yet may cost: all of them together, and those that turn out to be bad by their
 * sender. Known tokens never get here, so a flood of made-up ones does not touch the tills that were there before. A
 * load balancer that is not trusted to name its clients is one sender: behind it, a flood delays new tokens of others.
 */
export class VerificationLimit {
  readonly #bad = new LRUCache<string, { count: number; atMs: number }>({ max: MAX_SENDERS })
  readonly #waiting: (() => void)[] = []
  #underWay = 0

  /** Resolves when a token of this sender may be verified; `leave` has to follow then. False: there are too many. */
  async enter(sender: string): Promise<boolean> {
    if (this.#badOf(sender) >= MAX_BAD) return false
    if (this.#underWay < MAX_AT_ONCE) {
      this.#underWay++
      return true
    }
    if (this.#waiting.length >= MAX_WAITING) return false
    // `leave` hands its place over.
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return true
  }

  leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#underWay--
    else next()
  }

  /** A token of this sender turned out to be bad. */
  noteBad(sender: string): void {
    this.#bad.set(sender, { count: this.#badOf(sender) + 1, atMs: performance.now() })
  }

  /** How many bad tokens of a sender still count. */
  #badOf(sender: string): number {
    const known = this.#bad.get(sender)
    if (known === undefined) return 0
    return Math.max(0, known.count - ((performance.now() - known.atMs) / 1_000) * BAD_PER_SECOND)
  }
}
