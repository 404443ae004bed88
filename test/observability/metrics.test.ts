import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics, type KnownFigures } from '../../src/observability/metrics.ts'

function sources(known: KnownFigures = { acknowledged: 12, journals: null }) {
  const now = { pending: 0, bytes: 0, stalled: 0, unread: 0, block: 0, ready: false, warnings: 0, tokens: 0, stale: 0 }
  const metrics = createMetrics({
    pendingRecords: () => now.pending,
    bufferedBytes: () => now.bytes,
    bufferCapacityBytes: 1_000,
    stalledPartitions: () => now.stalled,
    unreadAnswerBytes: () => now.unread,
    longestBlock: () => now.block,
    isReady: () => now.ready,
    warnings: () => now.warnings,
    rememberedTokens: () => now.tokens,
    staleAuthFiles: () => now.stale,
    known: () => known,
  })
  return { now, metrics }
}

test('gauges have the values at the moment of the scrape', async () => {
  const { now, metrics } = sources()
  const before = await metrics.scrape()
  assert.match(before.contentType, /^text\/plain; version=0\.0\.4/)
  assert.match(before.body, /^tillgate_pending_records 0$/m)
  assert.match(before.body, /^tillgate_ready 0$/m)
  Object.assign(now, {
    pending: 3,
    bytes: 99,
    stalled: 2,
    unread: 7,
    block: 0.25,
    ready: true,
    warnings: 1,
    tokens: 7,
    stale: 1,
  })
  const { body } = await metrics.scrape()
  for (const line of [
    'tillgate_pending_records 3',
    'tillgate_buffered_bytes 99',
    'tillgate_buffer_capacity_bytes 1000',
    'tillgate_stalled_partitions 2',
    'tillgate_unread_answer_bytes 7',
    'tillgate_event_loop_longest_block_seconds 0.25',
    'tillgate_ready 1',
    'tillgate_warnings 1',
    'tillgate_tokens_remembered 7',
    'tillgate_auth_stale 1',
    'tillgate_replay_invoices 12',
  ])
    assert.ok(body.includes(`\n${line}\n`), line)
})

test('what is known of .journals is shown where it is read; repeats are counted', async () => {
  const off = await sources().metrics.scrape()
  assert.doesNotMatch(off.body, /tillgate_journals/)
  const journals = { journals: 3, bytes: 900, damaged: 1, isComplete: true, left: 4, ageMs: 1_500 }
  const { metrics } = sources({ acknowledged: 0, journals })
  metrics.repeated('same', 'instance')
  metrics.repeated('other', 'journals')
  const { body } = await metrics.scrape()
  for (const line of [
    'journals 3',
    'journals_bytes 900',
    'journals_damaged 1',
    'journals_complete 1',
    'journals_lag_records 4',
    'journals_age_seconds 1.5',
    'repeats_total{content="same",known_by="instance"} 1',
    'repeats_total{content="other",known_by="journals"} 1',
  ])
    assert.ok(body.includes(`\ntillgate_${line}\n`), line)
})

test('tokens are counted: verified, and refused by reason', async () => {
  const { metrics } = sources()
  metrics.tokenVerified()
  for (const reason of ['expired', 'expired', 'scope']) metrics.tokenRefused(reason)
  const { body } = await metrics.scrape()
  for (const line of ['verified_total 1', 'refused_total{reason="expired"} 2', 'refused_total{reason="scope"} 1'])
    assert.ok(body.includes(`\ntillgate_tokens_${line}\n`), line)
})

test('changes of the topic are counted by kind', async () => {
  const { metrics } = sources()
  for (const change of ['deleted', 'recreated', 'deleted']) metrics.topicChanged(change)
  const { body } = await metrics.scrape()
  assert.match(body, /^tillgate_kafka_topic_changes_total\{change="deleted"\} 2$/m)
})

test('pauses that brokers ask for are summed up in seconds, and a gauge says whether they go on', async () => {
  const { metrics } = sources()
  metrics.kafkaThrottled('a:1', true)
  for (const seconds of [1.5, 0.25]) metrics.kafkaPaused('a:1', seconds)
  assert.match((await metrics.scrape()).body, /^tillgate_kafka_throttled\{broker="a:1"\} 1$/m)
  metrics.kafkaThrottled('a:1', false)
  const { body } = await metrics.scrape()
  assert.match(body, /^tillgate_kafka_throttled\{broker="a:1"\} 0$/m)
  assert.match(body, /^tillgate_kafka_throttle_seconds_total\{broker="a:1"\} 1\.75$/m)
})

test('answers are counted by status and problem, and timed in seconds by status', async () => {
  const { metrics } = sources()
  metrics.answered(201, 'none', 4)
  metrics.answered(201, 'none', 30)
  metrics.answered(503, 'saturated', 0.2)
  const { body } = await metrics.scrape()
  assert.match(body, /^tillgate_answers_total\{status="201",problem="none"\} 2$/m)
  assert.match(body, /^tillgate_answers_total\{status="503",problem="saturated"\} 1$/m)
  assert.match(body, /^tillgate_answer_seconds_bucket\{le="0\.005",status="201"\} 1$/m)
  assert.match(body, /^tillgate_answer_seconds_sum\{status="201"\} 0\.034\d*$/m)
})

test('bodies that are handed to worker threads are counted by kind', async () => {
  const { metrics } = sources()
  metrics.handedOver('invoice')
  metrics.handedOver('invoice')
  metrics.handedOver('upload')
  const { body } = await metrics.scrape()
  assert.match(body, /^tillgate_worker_bodies_total\{kind="invoice"\} 2$/m)
  assert.match(body, /^tillgate_worker_bodies_total\{kind="upload"\} 1$/m)
})

test('troubles with Kafka are counted by kind', async () => {
  const { metrics } = sources()
  metrics.kafkaTrouble('session-replaced')
  metrics.kafkaTrouble('session-replaced')
  assert.match((await metrics.scrape()).body, /^tillgate_kafka_troubles_total\{kind="session-replaced"\} 2$/m)
})

test('two instances in one process do not share their numbers, and both have those of the process', async () => {
  const [one, other] = [sources().metrics, sources().metrics]
  one.answered(201, 'none', 1)
  const { body } = await other.scrape()
  assert.doesNotMatch(body, /^tillgate_answers_total\{/m)
  assert.match(body, /^process_resident_memory_bytes \d+$/m)
})
