import { test } from 'node:test'
import { createKafkaMetrics } from '../../src/observability/kafka-metrics.ts'
import { createRegistry } from '../../src/observability/registry.ts'
import { assertScraped } from './sources.ts'

test('troubles with Kafka and changes of the topic are counted by kind', async () => {
  const registry = createRegistry()
  const metrics = createKafkaMetrics(registry)
  for (const change of ['deleted', 'recreated', 'deleted'] as const) metrics.topicChanged(change)
  for (const kind of ['session-replaced', 'session-replaced'] as const) metrics.kafkaTrouble(kind)
  await assertScraped(registry, [
    'kafka_topic_changes_total{change="deleted"} 2',
    'kafka_topic_changes_total{change="right"} 0',
    'kafka_troubles_total{kind="session-replaced"} 2',
    'kafka_troubles_total{kind="attempt-failed"} 0',
  ])
})

test('pauses that brokers ask for are summed up in seconds, and a gauge says whether they go on', async () => {
  const registry = createRegistry()
  const metrics = createKafkaMetrics(registry)
  metrics.kafkaThrottled('a:1', true)
  for (const seconds of [1.5, 0.25]) metrics.kafkaPaused('a:1', seconds)
  await assertScraped(registry, ['kafka_throttled{broker="a:1"} 1'])
  metrics.kafkaThrottled('a:1', false)
  await assertScraped(registry, ['kafka_throttled{broker="a:1"} 0', 'kafka_throttle_seconds_total{broker="a:1"} 1.75'])
})
