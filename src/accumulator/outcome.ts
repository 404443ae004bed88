import type { ProducerRecord } from './producer-record.ts'

/**
 * What is known of one record when nothing more will be tried for it, or when its deadline has passed.
 *
 * - `acknowledged`: every in-sync replica has it (or the leader alone, if the publisher asks for no more). `record` is
 *   the one in the log: that of the first request, if several joined. `offset` is `null` only when the broker
 *   recognised our own batch as already written without saying where.
 * - `rejected`: it is definitely not in the log.
 * - `unknown`: it may be in the log; the till sends the same bytes again.
 */
export type Outcome =
  | {
      readonly kind: 'acknowledged'
      readonly record: ProducerRecord
      readonly partition: number
      readonly offset: string | null
    }
  | { readonly kind: 'rejected'; readonly reason: RejectionReason }
  | { readonly kind: 'unknown'; readonly reason: UnknownReason }

/**
 * Why a record is definitely not in the log. Only `identity-conflict` is final for the same bytes. `throttled`: a quota of
 * Kafka held its batch back. `topic-missing`, `partition-missing`, `too-few-replicas`: the topic cannot take it.
 * `too-large`: the topic takes only smaller records; an operator can change that.
 * `identity-conflict`: other content with the same identity was in flight, and is in the log now. `identity-busy`: the
 * same, but it is not known whether it is in the log, or whether it is other content. `predecessor`: a record that must
 * be ahead of it may not be there.
 */
export type RejectionReason =
  | 'not-ready'
  | 'stalled'
  | 'draining'
  | 'expired'
  | 'throttled'
  | 'topic-missing'
  | 'partition-missing'
  | 'too-few-replicas'
  | 'too-large'
  | 'refused'
  | 'identity-conflict'
  | 'identity-busy'
  | 'predecessor'

/** Whether the same bytes would get the same outcome again, so that trying again is pointless. */
export function isFinal(outcome: Outcome): boolean {
  if (outcome.kind !== 'rejected') return outcome.kind === 'acknowledged'
  return outcome.reason === 'identity-conflict'
}

/** Why it is not known whether a record is in the log. */
export type UnknownReason = 'deadline' | 'shutdown' | 'producer-replaced' | 'not-repeated'
