import type { BatchOutcome, ProducerBatch } from '../accumulator/producer-batch.ts'
import type { Publisher } from '../accumulator/publisher.ts'
import { backoff, LATE, within } from '../waiting.ts'
import { CurrentSession, type OnTrouble } from './current-session.ts'
import { AttemptRefused } from './kafkajs/attempt-gate.ts'
import type { CompressRecords } from './kafkajs/compression.ts'
import type { EncodedRecords } from './kafkajs/encoded-records.ts'
import kafkajs from './kafkajs/index.ts'
import type { ProducerSession, SendResult, SessionOptions } from './producer-session.ts'
import { type OnThrottle, Throttles } from './throttles.ts'
import { TopicLimit } from './topic-limit.ts'
import type { TopicRefusal } from './topic-shape.ts'
import { type OnTopicChange, TopicWatch } from './topic-watch.ts'
import { codeOf, errorName, UNKNOWN_TOPIC_OR_PARTITION, verdictOf } from './verdict.ts'

export interface PublisherOptions extends SessionOptions {
  /** Compresses the batches; without it they go as they are. */
  readonly compress?: CompressRecords | null
  readonly onTrouble: OnTrouble
  /** Called when an attempt to send a batch has failed, with the name of the error. The batch may be sent again. */
  readonly onAttemptFailed?: ((batch: ProducerBatch, reason: string) => void) | undefined
  /** Called when a quota of the brokers makes this client pause. */
  readonly onThrottle?: OnThrottle
  /** Called when the topic was deleted, created again or changed, at most a metadata age later. */
  readonly onTopicChange?: OnTopicChange
  /**
   * A kafkajs call that has not returned after this long is hung: its producer is replaced. The time in which a quota
   * holds the batch back does not count.
   */
  readonly watchdogMs: number
  /**
   * After this many records of a partition a new producer id is taken, because kafkajs wraps sequences wrongly at 2^31.
   */
  readonly rotateAfterRecords: number
  /**
   * The largest batch that one record can need. While the topic takes less, the publisher is not ready. Without it the
   * topic is not asked.
   */
  readonly largestRecordBytes?: number
}

/** One empty answer or lock time-out can be chance; two in a row are not. */
const STRANGE_ANSWERS_ALLOWED = 1

/**
 * Publishes batches through one producer session at a time, for as long as the process lives.
 *
 * - A failed batch is sent again, unchanged, on the same session, until the broker has said yes or no. It is compressed
 *   once: every attempt sends the same bytes of its records, on any session.
 * - A broken session is replaced: new client, new producer id. A batch that was attempted on the old one is `unknown`
 *   and never sent again (except with `at-least-once`, which allows duplicates). A batch that was not attempted goes to
 *   the new session.
 * - A recalled batch is still tried, up to the gate, until its leader can be reached. That is how its lane learns that
 *   Kafka is back.
 */
export class KafkaPublisher implements Publisher {
  readonly #options: PublisherOptions
  readonly #current: CurrentSession
  readonly #limit: TopicLimit | undefined
  readonly #throttles: Throttles
  readonly #watch: TopicWatch
  /** How many batches use each session. */
  readonly #batches = new Map<ProducerSession, number>()
  #isStarting = true

  constructor(options: PublisherOptions) {
    this.#options = options
    this.#throttles = new Throttles(options.onThrottle ?? (() => {}))
    const onThrottled: SessionOptions['onThrottled'] = (notice) => this.#throttles.note(notice)
    this.#current = new CurrentSession({ ...options, onThrottled }, options.onTrouble)
    this.#watch = new TopicWatch(options, (change, text) => {
      const { partitions } = this.#watch.shape
      if (partitions !== undefined) this.#current.notePartitions(partitions)
      options.onTopicChange?.(change, text)
    })
    const { largestRecordBytes } = options
    if (largestRecordBytes !== undefined)
      this.#limit = new TopicLimit({ ...options, largestRecordBytes }, options.onTrouble)
  }

  /** Why nothing, or not everything, can be published right now; empty when all is well. */
  get reasons(): readonly string[] {
    const reasons = [...new Set([...this.#current.reasons, ...this.#watch.reasons])]
    if (reasons.length > 0) return reasons
    return this.#isStarting ? ['asking what the topic is like'] : (this.#limit?.reasons ?? [])
  }

  /** What an operator should know of the topic although invoices are published. */
  get warnings(): readonly string[] {
    return this.#watch.shape.warnings
  }

  refusalOf(partition: number): TopicRefusal | null {
    return this.#watch.refusalOf(partition)
  }

  get lastAnswerAtMs(): number {
    return this.#current.lastAnswerAtMs
  }

  /** Resolves when records can be published, or after `stop`. */
  async start(): Promise<void> {
    await this.#current.open()
    if (this.#current.stopping.aborted) return
    await Promise.all([this.#limit?.ask(), this.#watch.ask()])
    this.#isStarting = false
    void this.#limit?.watch(this.#current.stopping)
    void this.#watch.watch(this.#current.stopping)
  }

  async stop(): Promise<void> {
    await this.#current.stop()
    this.#throttles.stop()
  }

  async publish(batch: ProducerBatch): Promise<BatchOutcome> {
    let last: ProducerSession | null = null
    let strangeAnswers = 0
    try {
      const records = this.#options.compress ? await this.#compress(batch) : null
      for (let failures = 0; ; failures++) {
        const session = await this.#sessionFor(batch, last)
        if (session === null) return batch.recall() ? rejected('draining') : unknown('shutdown')
        if (session !== last) {
          if (batch.attempts > 0 && this.#options.delivery !== 'at-least-once') return unknown('producer-replaced')
          this.#leave(last)
          this.#enter(session)
          last = session
        }
        const outcome = this.#judge(session, batch, await this.#send(session, batch, records))
        if (outcome.kind !== 'again') return outcome
        if (batch.attempts > 0 && this.#options.delivery === 'at-most-once') return unknown('not-repeated')
        strangeAnswers = outcome.isStrange ? strangeAnswers + 1 : 0
        if (strangeAnswers > STRANGE_ANSWERS_ALLOWED) this.#current.replace(session, new Error('strange answers'))
        await backoff(failures, this.#current.stopping)
      }
    } finally {
      batch.end()
      this.#leave(last)
    }
  }

  /** The session that the batch was attempted on while it is open; otherwise the current one. */
  #sessionFor(batch: ProducerBatch, last: ProducerSession | null): Promise<ProducerSession | null> {
    if (last?.isOpen && batch.attempts > 0) return Promise.resolve(last)
    return this.#current.get()
  }

  /** The records of the batch, compressed; `null` if they are to be sent as they are. Never rejects. */
  async #compress({ records }: ProducerBatch): Promise<EncodedRecords | null> {
    try {
      return (await this.#options.compress?.(records)) ?? null
    } catch (error) {
      this.#options.onTrouble('not-compressed', error as Error) // out of memory, for example
      return null
    }
  }

  /** One call of kafkajs, under the watchdog. */
  async #send(
    session: ProducerSession,
    batch: ProducerBatch,
    records: EncodedRecords | null,
  ): Promise<SendResult | typeof LATE> {
    const { watchdogMs } = this.#options
    const attemptsBefore = batch.attempts
    const sent = await withinUnheld(watchdogMs, batch, session.send(batch, records))
    if (sent === LATE) this.#current.replace(session, new Error(`no result after ${watchdogMs} ms`))
    // If kafkajs did send, it has advanced the sequence: to the broker the same batch would be a new one.
    else if (sent.kind === 'unnamed' && batch.attempts > attemptsBefore)
      this.#current.replace(session, new Error('the answer does not name the partition'))
    return sent
  }

  #judge(
    session: ProducerSession,
    batch: ProducerBatch,
    sent: SendResult | typeof LATE,
  ): BatchOutcome | { kind: 'again'; isStrange: boolean } {
    if (sent === LATE) return { kind: 'again', isStrange: false }
    if (sent.kind === 'stored') {
      if (session.storedRecords(batch.partition) >= this.#options.rotateAfterRecords) this.#current.rotate(session)
      return { kind: 'acknowledged', baseOffset: sent.baseOffset }
    }
    if (sent.kind === 'unnamed') return { kind: 'again', isStrange: true }

    const { error } = sent
    if (error instanceof AttemptRefused) {
      // The gate was reached, so the leader can be reached, and a recalled batch need not hold its lane any longer.
      return batch.isRecalled ? { kind: 'not-attempted' } : { kind: 'again', isStrange: false }
    }
    this.#options.onTrouble('attempt-failed', error)
    this.#options.onAttemptFailed?.(batch, errorName(error))
    if (codeOf(error) === UNKNOWN_TOPIC_OR_PARTITION) this.#watch.noteMissing()
    const verdict = verdictOf(error)
    if (verdict === 'retry') return { kind: 'again', isStrange: error instanceof kafkajs.KafkaJSLockTimeout }
    const isDefinite = batch.attempts === 0
    if (isDefinite && verdict === 'too-large') {
      if (batch.records.length === 1) this.#limit?.noteTooLarge()
      return { kind: 'too-large' }
    }
    if (isDefinite && verdict === 'refused') return rejected('refused')
    // kafkajs has rolled the sequence back while the broker may have the batch: the id must not be used again.
    this.#current.replace(session, error)
    const isOurs = verdict === 'duplicate' && batch.attempts > 1 // an earlier attempt wrote it
    return isOurs ? { kind: 'acknowledged', baseOffset: null } : { kind: 'again', isStrange: false }
  }

  #enter(session: ProducerSession): void {
    this.#batches.set(session, (this.#batches.get(session) ?? 0) + 1)
  }

  #leave(session: ProducerSession | null): void {
    if (session === null) return
    const left = (this.#batches.get(session) ?? 1) - 1
    if (left > 0) this.#batches.set(session, left)
    else {
      this.#batches.delete(session)
      void this.#current.retire(session)
    }
  }
}

/** As `within`, but without the time in which a quota holds the batch back. */
async function withinUnheld<T>(timeoutMs: number, batch: ProducerBatch, work: Promise<T>): Promise<T | typeof LATE> {
  const [startedAtMs, heldBeforeMs] = [performance.now(), batch.heldMs]
  for (let leftMs = timeoutMs; leftMs > 0; ) {
    const done = await within(leftMs, work)
    if (done !== LATE) return done
    leftMs = startedAtMs + timeoutMs + batch.heldMs - heldBeforeMs - performance.now()
  }
  return LATE
}

function rejected(reason: 'draining' | 'refused'): BatchOutcome {
  return { kind: 'rejected', reason }
}

function unknown(reason: 'shutdown' | 'producer-replaced' | 'not-repeated'): BatchOutcome {
  return { kind: 'unknown', reason }
}
