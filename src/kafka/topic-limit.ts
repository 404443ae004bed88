import { inTime, pause } from '../waiting.ts'
import { fetchMaxMessageBytes, type TopicSession } from './topic-admin.ts'
import { codeOf } from './verdict.ts'

export interface LimitOptions extends TopicSession {
  /** The largest batch that one record can need. */
  readonly largestRecordBytes: number
  readonly metadataMaxAgeMs: number
}

/** `limit-too-low`: the topic takes less than a record can need. `limit-unknown`: it cannot be asked what it takes. */
export type OnLimit = (what: 'limit-too-low' | 'limit-unknown', error: Error) => void

const ASK_TIMEOUT_MS = 10_000
/** After a refused record it is asked at once, but not for each of many. */
const ASK_AGAIN_AFTER_MS = 1_000

/** TOPIC_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED, UNSUPPORTED_VERSION */
const NOT_FOR_US: ReadonlySet<number | undefined> = new Set([29, 31, 35])

/**
 * Whether the topic takes every record that may come: its `max.message.bytes` as it was when last asked, which is at
 * most `metadataMaxAgeMs` ago while Kafka answers.
 *
 * - *not asked yet*: not ready, until there is an answer or there will be none.
 * - *unknown*: ready. A login without the right to describe the topic must not stop the service; the log says so once.
 * - *known*: not ready while it is too low. Smaller records are published all the same.
 */
export class TopicLimit {
  readonly #options: LimitOptions
  readonly #onLimit: OnLimit
  #state: 'not asked yet' | 'unknown' | number = 'not asked yet'
  #isUnknownSaid = false
  #asking: Promise<void> | null = null
  #askedAtMs = Number.NEGATIVE_INFINITY

  constructor(options: LimitOptions, onLimit: OnLimit) {
    // The client's own log would repeat at every question that this login may not ask it.
    this.#options = { ...options, onClientLog: () => {} }
    this.#onLimit = onLimit
  }

  /** Why records may be refused; empty if none is, as far as is known. */
  get reasons(): readonly string[] {
    if (this.#state === 'unknown') return []
    if (this.#state === 'not asked yet') return ['asking what the topic takes']
    const { topic, largestRecordBytes } = this.#options
    if (this.#state >= largestRecordBytes) return []
    return [
      `topic ${topic} takes at most ${this.#state} bytes at once (max.message.bytes), but an invoice can need ` +
        `${largestRecordBytes}: raise max.message.bytes of the topic, or lower MAX_INVOICE_BYTES`,
    ]
  }

  /** Asks the topic. Resolves when there is an answer, or after ten seconds; never rejects. */
  ask(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  /** A record was refused as too large. If that is news, asks again. */
  noteTooLarge(): void {
    const isDue = performance.now() - this.#askedAtMs >= ASK_AGAIN_AFTER_MS
    if (isDue && this.reasons.length === 0) void this.ask()
  }

  /** Asks again and again until `signal` aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.#options.metadataMaxAgeMs, signal)
      if (!signal.aborted) await this.ask()
    }
  }

  async #ask(): Promise<void> {
    this.#askedAtMs = performance.now()
    try {
      this.#learn(await inTime(ASK_TIMEOUT_MS, fetchMaxMessageBytes(this.#options)))
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  #learn(maxMessageBytes: number): void {
    const isNews = this.#state !== maxMessageBytes
    this.#state = maxMessageBytes
    this.#isUnknownSaid = false
    const [reason] = this.reasons
    if (isNews && reason !== undefined) this.#onLimit('limit-too-low', new Error(reason))
  }

  /** Without an answer, what was known still holds. */
  #fail(error: Error): void {
    if (this.#state === 'not asked yet' || NOT_FOR_US.has(codeOf(error))) this.#state = 'unknown'
    if (this.#isUnknownSaid) return
    this.#isUnknownSaid = true
    this.#onLimit('limit-unknown', new Error(`max.message.bytes of the topic cannot be checked: ${error.message}`))
  }
}
