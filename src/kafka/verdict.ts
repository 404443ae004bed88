import kafkajs from './kafkajs/index.ts'

/**
 * What a failed attempt means for its batch; retriability is decided here and nowhere else.
 *
 * - `retry`: the same batch again, on the same producer.
 * - `duplicate`: the broker has a batch with this sequence already (it does not say at which offset): ours, if this was
 *   not its first attempt.
 * - `too-large`, `refused`: the broker will not take it. Definite for the attempt that got this answer, not for
 *   earlier ones.
 * - `replace`: the producer is broken; nothing may be sent with its id any more.
 */
export type Verdict = 'retry' | 'duplicate' | 'too-large' | 'refused' | 'replace'

const BY_CODE: ReadonlyMap<number, Verdict> = new Map([
  [10, 'too-large'], // MESSAGE_TOO_LARGE
  [18, 'too-large'], // RECORD_LIST_TOO_LARGE
  [29, 'refused'], // TOPIC_AUTHORIZATION_FAILED
  [31, 'refused'], // CLUSTER_AUTHORIZATION_FAILED
  [32, 'refused'], // INVALID_TIMESTAMP
  [44, 'refused'], // POLICY_VIOLATION
  [76, 'refused'], // UNSUPPORTED_COMPRESSION_TYPE
  [87, 'refused'], // INVALID_RECORD
  [46, 'duplicate'], // DUPLICATE_SEQUENCE_NUMBER
  [45, 'replace'], // OUT_OF_ORDER_SEQUENCE_NUMBER
  [47, 'replace'], // INVALID_PRODUCER_EPOCH
  [59, 'replace'], // UNKNOWN_PRODUCER_ID
  [90, 'replace'], // PRODUCER_FENCED
  [-99, 'replace'], // a code that kafkajs has no name for
])

/** The verdict on an error of kafkajs's `sendBatch`. Anything that kafkajs did not foresee means a broken producer. */
export function verdictOf(error: unknown): Verdict {
  const code = codeOf(error)
  if (code !== undefined) return BY_CODE.get(code) ?? 'retry'
  return rootCause(error) instanceof kafkajs.KafkaJSError ? 'retry' : 'replace'
}

/** The code of the broker's answer that is behind an error; undefined where none is. */
export function codeOf(error: unknown): number | undefined {
  const root = rootCause(error)
  return root instanceof kafkajs.KafkaJSProtocolError ? root.code : undefined
}

/** The error that kafkajs wrapped in "retries exceeded" or "non-retriable", possibly several times over. */
export function rootCause(error: unknown): Error {
  let root = error instanceof Error ? error : new Error(String(error))
  for (let depth = 0; depth < 8 && root.cause instanceof Error; depth++) root = root.cause
  return root
}
