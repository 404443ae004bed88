import kafkajs from './kafkajs/index.ts'

/**
 * What a failed attempt means for its batch. Retriability is decided here and nowhere else.
 *
 * - `retry`: send the same batch again, on the same producer.
 * - `duplicate`: the broker already has a batch with this sequence (it does not say at which offset). It is ours if
 *   this was not the batch's first attempt.
 * - `too-large`, `refused`: the broker will not take it. Definite only if no attempt may have been appended.
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

/** The verdict on an error of kafkajs's `sendBatch`. An error that kafkajs did not foresee means a broken producer. */
export function verdictOf(error: unknown): Verdict {
  const code = codeOf(error)
  if (code !== undefined) return BY_CODE.get(code) ?? 'retry'
  return rootCause(error) instanceof kafkajs.KafkaJSError ? 'retry' : 'replace'
}

export const UNKNOWN_TOPIC_OR_PARTITION = 3

/** Refusals that are worth a retry, and that a broker gives before it appends. */
const NOT_YET: ReadonlySet<number> = new Set([
  2, // CORRUPT_MESSAGE
  UNKNOWN_TOPIC_OR_PARTITION,
  6, // NOT_LEADER_OR_FOLLOWER
  19, // NOT_ENOUGH_REPLICAS
])

/**
 * Whether a broker's answer to an attempt says that it has appended nothing. The code alone is not enough. A leader
 * that has appended, and loses its leadership while it waits for its replicas, also answers NOT_LEADER_OR_FOLLOWER, but
 * with the offset of what it has appended. Without an offset, the append itself was refused (`ReplicaManager` and
 * `DelayedProduce` of Apache Kafka). Time-outs, 20 (NOT_ENOUGH_REPLICAS_AFTER_APPEND) and 56 (KAFKA_STORAGE_ERROR)
 * leave it open.
 */
export function wasNotAppended({ errorCode, baseOffset }: { errorCode: number; baseOffset: string }): boolean {
  const verdict = BY_CODE.get(errorCode)
  const isRefusal = NOT_YET.has(errorCode) || verdict === 'too-large' || verdict === 'refused'
  return isRefusal && BigInt(baseOffset) < 0n
}

/** The code of the broker's answer behind an error; undefined if there is none. */
export function codeOf(error: unknown): number | undefined {
  const root = rootCause(error)
  return root instanceof kafkajs.KafkaJSProtocolError ? root.code : undefined
}

/** One of few names: that of the code of the broker's answer, or that of the error. */
export function errorName(error: unknown): string {
  const root = rootCause(error)
  return root instanceof kafkajs.KafkaJSProtocolError ? root.type : root.name
}

/** The error that kafkajs wrapped in "retries exceeded" or "non-retriable", possibly several times. */
export function rootCause(error: unknown): Error {
  let root = error instanceof Error ? error : new Error(String(error))
  for (let depth = 0; depth < 8 && root.cause instanceof Error; depth++) root = root.cause
  return root
}
