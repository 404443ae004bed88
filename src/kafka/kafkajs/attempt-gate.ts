import type { PartitionAnswer } from './internals.ts'

/**
 * May this batch leave? The whole way of a batch from its lane to the socket, and what can still stop it where:
 *
 *     lane --publish--> publisher --send--> session --sendBatch--> kafkajs --produce--> line of the broker --gate--> socket
 *                           ^                                        ^                        |
 *                           +---- our loop, without end -------------+-- a few retries inside +
 *
 * - *publisher* (`kafka-publisher.ts`): chooses the session. A batch that was attempted stays on the session of its
 *   attempts. Once that is closed, the batch is `unknown` and never sent again (except with `at-least-once`).
 * - *session* (`producer-session.ts`): one producer id. It puts its guard on the messages of this one call, so that a
 *   call that was given up can never pass as its successor.
 * - *kafkajs*: metadata, leader, sequence number. After an error it waits and comes here again.
 * - *line of the broker* (`joint-produce.ts`): the batch waits until the request before it is answered, and until a
 *   quota no longer throttles the connection, which is closed after some seconds. On a connection that is not up it
 *   fails without an attempt.
 * - *gate*: `mayAttempt` is asked for every batch of the request, in the same turn in which encoding begins. It says
 *   yes only while the session is open (`close` shuts it for all of its batches) and the batch is neither recalled nor
 *   ended (`ProducerBatch.beginAttempt`). Yes is an attempt: the batch cannot be recalled, and only the broker knows
 *   its fate, until it answers that it has not appended this attempt (`wasNotAppended` in `verdict.ts`). No is
 *   `AttemptRefused`: kafkajs gives up, and nothing of this batch has left.
 *
 * Nothing else lets bytes of a batch out. So "never attempted" is a fact and not a guess. A recalled batch, or one of a
 * closed session, is stopped for good, wherever it is on this way.
 */
export interface AttemptGuard {
  /** Asked before every attempt. `false` ends the send with `AttemptRefused`; nothing is sent. */
  mayAttempt(): boolean
  /** Called when the broker has answered the latest attempt with an error. Not called when there was no answer. */
  onError(answer: PartitionAnswer): void
  /** Called again and again while a quota of the broker holds the batch back, with the time since the last call. */
  onHeld(ms: number): void
}

/**
 * A batch's guard is kept on the first of its messages, not in a `WeakMap`. A value in a `WeakMap` survives every small
 * garbage collection until the next large one, and so does all that it reaches (here: the invoices).
 */
const GUARD = Symbol('guard')

type Guarded = object & { [GUARD]?: AttemptGuard }

/** From now on `guard` is asked before every attempt to send `messages`, including kafkajs's own retries. */
export function guardAttempts(messages: readonly object[], guard: AttemptGuard): void {
  const [firstMessage] = messages as readonly Guarded[]
  if (firstMessage !== undefined) firstMessage[GUARD] = guard
}

/** The guard of a batch that kafkajs sends. */
export function guardOf(messages: readonly object[]): AttemptGuard | undefined {
  return (messages[0] as Guarded | undefined)?.[GUARD]
}

/** The gate said no: nothing of this attempt was sent. Not retriable, so kafkajs gives up at once. */
export class AttemptRefused extends Error {
  readonly retriable = false

  constructor() {
    super('the batch was recalled or its producer closed')
    this.name = 'AttemptRefused'
  }
}
