/** Asked before, and told after, every attempt to send a batch. */
export interface AttemptGuard {
  /** `false` ends the send with `AttemptRefused`; nothing leaves. */
  mayAttempt(): boolean
  /** The attempt failed with this error: the broker's answer, or none. */
  onFailed(error: unknown): void
}

/**
 * Where a batch's guard is: on the first of its messages, not in a `WeakMap`. A value in one outlives every small
 * garbage collection, and all that it reaches (here: the invoices) with it, until the next large one.
 */
const GUARD = Symbol('guard')

type Guarded = object & { [GUARD]?: AttemptGuard }

/**
 * From now on `guard` stands before every attempt to send `messages`: at the last instant before their bytes can reach
 * a socket (`joint-produce.ts`), at each of kafkajs's own retries too. It is what makes "never attempted" a fact and not
 * a guess, and what stops a batch for good.
 */
export function guardAttempts(messages: readonly object[], guard: AttemptGuard): void {
  const [firstMessage] = messages as readonly Guarded[]
  if (firstMessage !== undefined) firstMessage[GUARD] = guard
}

/** The guard of a batch that kafkajs sends. */
export function guardOf(messages: readonly object[]): AttemptGuard | undefined {
  return (messages[0] as Guarded | undefined)?.[GUARD]
}

/** The gate said no: nothing of this attempt left. Not retriable, so kafkajs gives up at once. */
export class AttemptRefused extends Error {
  readonly retriable = false

  constructor() {
    super('the batch was recalled or its producer closed')
    this.name = 'AttemptRefused'
  }
}
