/** Asked before, and told after, every attempt to send a batch. */
export interface AttemptGuard {
  /** `false` ends the send with `AttemptRefused`; nothing leaves. */
  mayAttempt(): boolean
  /** The attempt failed with this error: the broker's answer, or none. */
  onFailed(error: unknown): void
}

const guards = new WeakMap<object, AttemptGuard>()

/**
 * From now on `guard` stands before every attempt to send `messages`: at the last instant before their bytes can reach
 * a socket (`joint-produce.ts`), at each of kafkajs's own retries too. It is what makes "never attempted" a fact and not
 * a guess, and what stops a batch for good.
 */
export function guardAttempts(messages: readonly object[], guard: AttemptGuard): void {
  const [firstMessage] = messages
  if (firstMessage !== undefined) guards.set(firstMessage, guard)
}

/** The guard of a batch that kafkajs sends. */
export function guardOf(messages: readonly object[]): AttemptGuard | undefined {
  const [firstMessage] = messages
  return firstMessage === undefined ? undefined : guards.get(firstMessage)
}

/** The gate said no: nothing of this attempt left. Not retriable, so kafkajs gives up at once. */
export class AttemptRefused extends Error {
  readonly retriable = false

  constructor() {
    super('the batch was recalled or its producer closed')
    this.name = 'AttemptRefused'
  }
}
