import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Message } from 'kafkajs'
import type { BatchOutcome, ProducerBatch } from '../accumulator/producer-batch.ts'
import type { Publisher } from '../accumulator/publisher.ts'
import { installAttemptGate } from './attempt-gate.ts'
import { hardenKafkajs } from './hardening.ts'
import { messagesOf, PartitionMismatch, ProducerSession, type SessionOptions } from './producer-session.ts'
import { rootCause, verdictOf } from './verdict.ts'

export interface PublisherOptions extends SessionOptions {
  /** Told what went wrong and what was done about it: `attempt-failed`, `session-failed`, `session-replaced`. */
  readonly onTrouble: (what: string, error: Error) => void
}

const FIRST_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 1_000
/** An empty answer or a lock time-out can be chance; the second in a row is not. */
const STRANGE_ANSWERS_ALLOWED = 1

/**
 * Publishes batches through one producer session at a time, for as long as the process lives.
 *
 * - A failed batch is sent again, unchanged, on the same session, until the broker has said yes or no.
 * - A broken session is closed and replaced: new client, new producer id. A batch that was attempted on the old one is
 *   `unknown` and never sent again; a batch that was not goes out on the new one.
 */
export class KafkaPublisher implements Publisher {
  readonly #options: PublisherOptions
  #session: ProducerSession | null = null
  #isStopped = false
  #lastError: Error | null = null
  readonly #stopping = new AbortController()
  #opening: Promise<void> | null = null

  constructor(options: PublisherOptions) {
    installAttemptGate()
    hardenKafkajs()
    this.#options = options
  }

  /** Why nothing can be published right now; empty when all is well. */
  get reasons(): readonly string[] {
    if (this.#session === null) return [`no producer session: ${this.#lastError?.message ?? 'connecting'}`]
    const found = this.#session.partitionsSeen
    return found === this.#options.partitions ? [] : [new PartitionMismatch(this.#options, found).message]
  }

  get lastAnswerAtMs(): number {
    return this.#session?.answerAtMs ?? Number.NEGATIVE_INFINITY
  }

  start(): Promise<void> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null
    })
    return this.#opening
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#stopping.abort()
    const session = this.#session
    this.#session = null
    await session?.close()
  }

  async publish(batch: ProducerBatch): Promise<BatchOutcome> {
    const messages = messagesOf(batch)
    let attemptedOn: ProducerSession | null = null
    let strangeAnswers = 0
    for (let failures = 0; ; failures++) {
      const session = await this.#current()
      if (session === null) return batch.recall() ? rejected('draining') : unknown('shutdown')
      if (attemptedOn !== null && attemptedOn !== session) return unknown('producer-replaced')

      const attempt = await this.#attempt(session, batch, messages)
      if (batch.attempts > 0) attemptedOn = session
      if (typeof attempt !== 'string') return attempt
      if (batch.isRecalled) return { kind: 'not-attempted' }
      if (attempt === 'strange' && ++strangeAnswers > STRANGE_ANSWERS_ALLOWED)
        this.#replace(session, new Error('strange answers'))
      if (attempt === 'failed') strangeAnswers = 0
      await this.#backoff(failures)
    }
  }

  /** One call of kafkajs, as an outcome where it is one, or whether it `failed` or got a `strange` answer. */
  async #attempt(
    session: ProducerSession,
    batch: ProducerBatch,
    messages: Message[],
  ): Promise<BatchOutcome | 'failed' | 'strange'> {
    const attemptsBefore = batch.attempts
    try {
      const baseOffset = await session.send(batch, messages)
      if (baseOffset !== null) return { kind: 'acknowledged', baseOffset }
    } catch (error) {
      return this.#judge(session, batch, error)
    }
    const error = new Error('the answer does not name the partition')
    this.#options.onTrouble('attempt-failed', error)
    // kafkajs has moved the sequence on if it did send: the same batch again would be another one to the broker.
    if (batch.attempts > attemptsBefore) this.#replace(session, error)
    return 'strange'
  }

  #judge(session: ProducerSession, batch: ProducerBatch, error: unknown): BatchOutcome | 'failed' | 'strange' {
    const cause = rootCause(error)
    if (cause.name === 'AttemptRefused') return 'failed'
    this.#options.onTrouble('attempt-failed', cause)
    const verdict = verdictOf(error)
    if (verdict === 'retry') return cause.name === 'KafkaJSLockTimeout' ? 'strange' : 'failed'
    if (verdict === 'too-large' || verdict === 'refused') {
      if (batch.attempts <= 1) return verdict === 'too-large' ? { kind: 'too-large' } : rejected('refused')
    }
    // kafkajs has rolled the sequence back while the broker may have the batch: the id must not be used again.
    this.#replace(session, cause)
    return verdict === 'duplicate' ? { kind: 'acknowledged', baseOffset: null } : 'failed'
  }

  async #open(): Promise<void> {
    for (let failures = 0; !this.#isStopped; failures++) {
      try {
        const session = await ProducerSession.open(this.#options)
        if (this.#isStopped) await session.close()
        else this.#session = session
        return
      } catch (error) {
        this.#lastError = rootCause(error)
        this.#options.onTrouble('session-failed', this.#lastError)
        await this.#backoff(failures)
      }
    }
  }

  /** The open session; waits for one while it is being replaced; `null` after `stop`. */
  async #current(): Promise<ProducerSession | null> {
    while (this.#session === null && !this.#isStopped) {
      await Promise.race([this.start(), once(this.#stopping.signal, 'abort')])
    }
    return this.#session
  }

  #replace(session: ProducerSession, error: Error): void {
    if (this.#session !== session) return
    this.#session = null
    this.#lastError = error
    this.#options.onTrouble('session-replaced', error)
    void session.close()
    void this.start()
  }

  async #backoff(failures: number): Promise<void> {
    const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** failures, MAX_BACKOFF_MS) * (0.8 + 0.4 * Math.random())
    await sleep(backoffMs, undefined, { signal: this.#stopping.signal }).catch(() => {})
  }
}

function rejected(reason: 'draining' | 'refused'): BatchOutcome {
  return { kind: 'rejected', reason }
}

function unknown(reason: 'shutdown' | 'producer-replaced'): BatchOutcome {
  return { kind: 'unknown', reason }
}
