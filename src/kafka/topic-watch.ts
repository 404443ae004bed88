import { LATE, pause, within } from '../waiting.ts'
import { describeFreshly, type TopicSession } from './topic-admin.ts'
import { type TopicChange, type TopicRefusal, TopicShape } from './topic-shape.ts'

export interface WatchOptions extends TopicSession {
  readonly partitions: number
  readonly metadataMaxAgeMs: number
  /** Monotonic clock, in milliseconds. */
  readonly now?: () => number
}

/** `text` names the topic: it is for operators. */
export type OnTopicChange = (change: TopicChange, text: string) => void

const ASK_TIMEOUT_MS = 10_000
/** While it is missing, or has just been found to be, it is asked more often. */
const ASK_MISSING_EVERY_MS = 1_000
/** After a failed attempt it is asked at once, but not for each of many. */
const ASK_AGAIN_AFTER_MS = 1_000
/** When the next answer is late by so much, nothing is known. */
const HOLDS_FOR_MS = 60_000

/**
 * Asks the cluster about the topic, whether there are invoices or not: what it says is at most `metadataMaxAgeMs` old while
 * Kafka answers. Without an answer, what was known still holds for a minute. After that nothing is refused: it asks the
 * bootstrap addresses, and when they have gone the producer may well have its brokers. A topic counts as missing when two
 * answers in a row say so, because a broker that has just started may not know it yet.
 */
export class TopicWatch {
  readonly shape: TopicShape
  readonly #options: WatchOptions
  readonly #now: () => number
  #asking: Promise<void> | null = null
  #askedAtMs = Number.NEGATIVE_INFINITY
  #answeredAtMs = Number.NEGATIVE_INFINITY
  #missing = 0

  constructor(options: WatchOptions, onChange: OnTopicChange) {
    // The client's own log would repeat at every question without an answer.
    this.#options = { ...options, onClientLog: () => {} }
    this.#now = options.now ?? (() => performance.now())
    this.shape = new TopicShape(options.topic, options.partitions, onChange)
  }

  /** Why the gateway is not ready. */
  get reasons(): readonly string[] {
    return this.#isKnown ? this.shape.reasons : []
  }

  /** Why nothing can be stored in this partition; null if nothing is known to stand in the way. */
  refusalOf(partition: number): TopicRefusal | null {
    return this.#isKnown ? this.shape.refusalOf(partition) : null
  }

  /** Asks the cluster. Resolves when there is an answer, or after ten seconds; never rejects. */
  ask(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  /** A broker did not know the topic. If that is news, asks at once. */
  noteMissing(): void {
    if (this.#now() - this.#askedAtMs >= ASK_AGAIN_AFTER_MS) void this.ask()
  }

  /** Asks again and again until `signal` aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    const { metadataMaxAgeMs } = this.#options
    while (!signal.aborted) {
      await pause(this.#missing > 0 ? Math.min(ASK_MISSING_EVERY_MS, metadataMaxAgeMs) : metadataMaxAgeMs, signal)
      if (!signal.aborted) await this.ask()
    }
  }

  get #isKnown(): boolean {
    return this.#now() - this.#answeredAtMs < this.#options.metadataMaxAgeMs + HOLDS_FOR_MS
  }

  async #ask(): Promise<void> {
    this.#askedAtMs = this.#now()
    const answer = await within(ASK_TIMEOUT_MS, describeFreshly(this.#options)).catch((): typeof LATE => LATE)
    if (answer === LATE || answer === undefined) return
    this.#answeredAtMs = this.#now()
    this.#missing = answer === 'missing' ? this.#missing + 1 : 0
    if (this.#missing !== 1) this.shape.learn(answer, new Date())
  }
}
