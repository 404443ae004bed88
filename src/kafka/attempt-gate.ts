import { loadKafkajsInternals } from './kafkajs-internals.ts'

/** Asked before, and told after, every attempt to send a batch. */
export interface AttemptGuard {
  /** `false` ends the send with `AttemptRefused`; nothing leaves. */
  mayAttempt(): boolean
  /** The attempt failed with this error: the broker's answer, or none. */
  onFailed(error: unknown): void
}

const guards = new WeakMap<object, AttemptGuard>()

/**
 * Puts a gate before kafkajs's produce request: at the last instant before a batch's bytes can reach a socket, at
 * each of kafkajs's own retries too. It is what makes "never attempted" a fact and not a guess, and what stops a
 * batch for good. Called once a process, by `hardenKafkajs`, before its own changes: what they refuse to send is no
 * attempt.
 */
export function installAttemptGate(): void {
  const { prototype } = loadKafkajsInternals().Broker
  const { produce } = prototype
  prototype.produce = async function (request) {
    const firstMessage = request.topicData[0]?.partitions[0]?.messages[0]
    const guard = firstMessage === undefined ? undefined : guards.get(firstMessage)
    if (guard === undefined) return produce.call(this, request)
    if (!guard.mayAttempt()) throw new AttemptRefused()
    try {
      return await produce.call(this, request)
    } catch (error) {
      guard.onFailed(error)
      throw error
    }
  }
}

/** From now on `guard` stands before every attempt to send `messages`. */
export function guardAttempts(messages: readonly object[], guard: AttemptGuard): void {
  const [firstMessage] = messages
  if (firstMessage !== undefined) guards.set(firstMessage, guard)
}

/** The gate said no: nothing of this attempt left. Not retriable, so kafkajs gives up at once. */
export class AttemptRefused extends Error {
  readonly retriable = false

  constructor() {
    super('the batch was recalled or its producer closed')
    this.name = 'AttemptRefused'
  }
}
