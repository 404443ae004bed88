import type { PartitionAnswer } from './internals.ts'

/**
 * May this batch leave? The whole way of a batch from its lane to the socket, and who can still stop it where:
 *
 *     lane --publish--> publisher --send--> session --sendBatch--> kafkajs --produce--> line of the broker --gate--> socket
 *                           ^                                        ^                        |
 *                           +---- our loop, without end -------------+-- a few retries inside +
 *
 * - *publisher* (`kafka-publisher.ts`): chooses the session. A batch that was attempted stays on the session of its
 *   attempts; when that is closed it goes nowhere any more and is `unknown`.
 * - *session* (`producer-session.ts`): one producer id. Puts its guard on the messages of this one call: a call that was
 *   given up can never pass as its successor.
 * - *kafkajs*: metadata, leader, sequence number; on an error it waits and comes here again.
 * - *line of the broker* (`joint-produce.ts`): the batch waits until the request before it is answered, and until a quota
 *   that throttles the connection is over. On a connection that is not up it fails without an attempt.
 * - *gate*: `mayAttempt` is asked for every batch of the request, in the same turn in which the request begins to be made.
 *   Yes only while the session is open (`close` shuts it for all of its batches) and the batch is neither recalled nor
 *   ended (`ProducerBatch.beginAttempt`). Yes is an attempt: the batch cannot be recalled, and only the broker knows,
 *   until it answers that it has not appended this attempt (`wasNotAppended` in `verdict.ts`). No is `AttemptRefused`, at which kafkajs gives up; nothing of this batch left.
 *
 * Nothing else lets bytes of a batch out: so "never attempted" is a fact and not a guess, and a recalled batch, or one of
 * a closed session, is stopped for good wherever it is on this way.
 */
export interface AttemptGuard {
  /** Asked before every attempt. `false` ends the send with `AttemptRefused`; nothing leaves. */
  mayAttempt(): boolean
  /** Told that the broker answered the latest attempt with an error. Trouble without an answer is not told. */
  onError(answer: PartitionAnswer): void
}

/**
 * Where a batch's guard is: on the first of its messages, not in a `WeakMap`. A value in one outlives every small
 * garbage collection, and all that it reaches (here: the invoices) with it, until the next large one.
 */
const GUARD = Symbol('guard')

type Guarded = object & { [GUARD]?: AttemptGuard }

/** From now on `guard` stands before every attempt to send `messages`, at each of kafkajs's own retries too. */
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
