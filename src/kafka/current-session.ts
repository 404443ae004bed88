import { once } from 'node:events'
import { plainMessage } from '../system-problem.ts'
import { backoff, LATE, pause, within } from '../waiting.ts'
import { connectionProblem } from './connection-problem.ts'
import { PartitionMismatch, ProducerSession, type SessionOptions } from './producer-session.ts'
import { rootCause } from './verdict.ts'

const OPEN_TIMEOUT_MS = 60_000
const EXPLAIN_EVERY_MS = 5_000

/** Called with what went wrong, or with what was done about it. */
export type OnTrouble = (what: Trouble, error: Error) => void

export type Trouble =
  | 'attempt-failed'
  | 'not-compressed'
  | 'session-failed'
  | 'session-replaced'
  | 'session-rotated'
  | 'limit-too-low'
  | 'limit-unknown'

/**
 * The session that new batches go to, and how it is succeeded by the next one.
 *
 * - *replaced*: it is broken. It is closed at once, and nothing may be sent with its id any more.
 * - *rotated*: it is sound but old. Batches that were attempted on it end on it; new ones go to the next session.
 *
 * While there is no session, one is being opened, again and again until `stop`.
 */
export class CurrentSession {
  readonly #options: SessionOptions
  readonly #onTrouble: OnTrouble
  readonly #stopping = new AbortController()
  readonly #rotated = new Set<ProducerSession>()
  #session: ProducerSession | null = null
  #opening: Promise<void> | null = null
  #lastError: Error | null = null
  /** What `connectionProblem` found out about the last error; null: nothing yet, or there was nothing to find. */
  #problem: string | null = null
  #explaining = false

  constructor(options: SessionOptions, onTrouble: OnTrouble) {
    this.#options = options
    this.#onTrouble = onTrouble
  }

  /** Aborted by `stop`. */
  get stopping(): AbortSignal {
    return this.#stopping.signal
  }

  get lastAnswerAtMs(): number {
    return this.#session?.answerAtMs ?? Number.NEGATIVE_INFINITY
  }

  /** Why nothing can be published right now; empty when all is well. */
  get reasons(): readonly string[] {
    if (this.#session === null)
      return [
        `no producer session: ${this.#problem ?? (this.#lastError && plainMessage(this.#lastError)) ?? 'connecting'}`,
      ]
    const found = this.#session.partitionsSeen
    return found === this.#options.partitions ? [] : [new PartitionMismatch(this.#options, found).message]
  }

  /** The topic was found to have this many partitions, without any attempt to send. */
  notePartitions(partitions: number): void {
    this.#session?.notePartitions(partitions)
  }

  /** Resolves when there is a session, or after `stop`. */
  open(): Promise<void> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null
    })
    return this.#opening
  }

  /** The session. Waits while there is none; `null` after `stop`. */
  async get(): Promise<ProducerSession | null> {
    while (this.#session === null && !this.stopping.aborted) {
      const listening = new AbortController()
      const stopped = once(this.stopping, 'abort', { signal: listening.signal }).catch(() => {})
      await Promise.race([this.open(), stopped])
      listening.abort()
    }
    return this.#session
  }

  replace(session: ProducerSession, error: Error): void {
    void session.close()
    this.#rotated.delete(session)
    if (this.#session !== session) return
    this.#onTrouble('session-replaced', error)
    this.#succeed(error)
  }

  rotate(session: ProducerSession): void {
    if (this.#session !== session) return
    const reason = new Error('its sequence numbers are running out')
    this.#onTrouble('session-rotated', reason)
    this.#rotated.add(session)
    this.#succeed(reason)
  }

  /** Closes the session if it was rotated. Called when the last batch that was attempted on it has ended. */
  async retire(session: ProducerSession): Promise<void> {
    if (this.#rotated.delete(session)) await session.close()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    const sessions = this.#session === null ? [...this.#rotated] : [this.#session, ...this.#rotated]
    this.#session = null
    await Promise.all(sessions.map((session) => session.close()))
  }

  #succeed(reason: Error): void {
    this.#session = null
    this.#lastError = reason
    void this.open()
  }

  /** Opens a session within a minute; a session that comes later is closed. */
  async #openOne(): Promise<ProducerSession> {
    const opening = ProducerSession.open(this.#options)
    const opened = await within(OPEN_TIMEOUT_MS, opening)
    if (opened !== LATE) return opened
    opening.then((session) => session.close()).catch(() => {})
    throw new Error(`no producer session within ${OPEN_TIMEOUT_MS} ms`)
  }

  async #open(): Promise<void> {
    for (let failures = 0; !this.stopping.aborted; failures++) {
      try {
        const session = await this.#openOne()
        if (this.stopping.aborted) await session.close()
        else this.#session = session
        this.#problem = null
        return
      } catch (error) {
        this.#lastError = rootCause(error)
        this.#onTrouble('session-failed', this.#problem === null ? this.#lastError : new Error(this.#problem))
        void this.#explain(this.#lastError)
        await backoff(failures, this.stopping)
      }
    }
  }

  /** Probes the brokers in the background: no attempt waits for it. One probe at a time, with a pause after each. */
  async #explain(error: Error): Promise<void> {
    if (this.#explaining) return
    this.#explaining = true
    try {
      const problem = await connectionProblem(error, this.#options)
      if (this.#session === null) this.#problem = problem?.replace(/\n */, ' ').replaceAll(/\n */g, '; ') ?? null
    } catch {
      this.#problem = null // the error itself is the reason then
    }
    await pause(EXPLAIN_EVERY_MS, this.stopping)
    this.#explaining = false
  }
}
