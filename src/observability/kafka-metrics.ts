import type { OwnRegistry } from './registry.ts'

const TROUBLES = [
  'attempt-failed',
  'session-failed',
  'session-replaced',
  'session-rotated',
  'limit-too-low',
  'limit-unknown',
  'not-compressed',
] as const
const CHANGES = ['deleted', 'recreated', 'partitions', 'min-insync-replicas', 'right'] as const

export interface KafkaMetrics {
  /** Counts one problem with Kafka, by kind. */
  readonly kafkaTrouble: (kind: (typeof TROUBLES)[number]) => void
  /** Counts one change of the topic, by kind. */
  readonly topicChanged: (change: (typeof CHANGES)[number]) => void
  /** Counts one pause that a broker asked for because of a quota. */
  readonly kafkaPaused: (broker: string, seconds: number) => void
  /** Says whether a broker throttles this gateway now. */
  readonly kafkaThrottled: (broker: string, isThrottled: boolean) => void
}

export function createKafkaMetrics(registry: OwnRegistry): KafkaMetrics {
  const troubles = registry.counter(
    'tillgate_kafka_troubles_total',
    'Failed attempts; producer sessions that failed, were replaced, or were rotated because their sequence numbers run out; record limits of the topic that are too low or unknown; batches that could not be compressed.',
    { kind: TROUBLES },
  )
  const changes = registry.counter(
    'tillgate_kafka_topic_changes_total',
    'Changes of the topic; right: nothing is wrong any more.',
    { change: CHANGES },
  )
  const pauses = registry.counterBy(
    'tillgate_kafka_throttle_seconds_total',
    'Pauses that brokers asked for because of a quota (throttle_time_ms), by broker.',
    'broker',
  )
  const throttled = new Map<string, boolean>()
  registry.gaugeBy(
    'tillgate_kafka_throttled',
    'Whether a broker throttles this gateway because of a quota, by broker.',
    ['broker'],
    () => Array.from(throttled, ([broker, isThrottled]) => [{ broker }, Number(isThrottled)]),
  )
  return {
    kafkaTrouble: (kind) => troubles.inc({ kind }),
    topicChanged: (change) => changes.inc({ change }),
    kafkaPaused: (broker, seconds) => pauses.inc({ broker }, seconds),
    kafkaThrottled: (broker, isThrottled) => void throttled.set(broker, isThrottled),
  }
}
