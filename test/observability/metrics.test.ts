import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from '../../src/observability/metrics.ts'
import { AT_REST, assertScraped } from './sources.ts'

const journals = { journals: 3, bytes: 900, damaged: 1, isComplete: true, left: 4, ageMs: 1_500 }

test('two instances in one process do not share their numbers, and both have those of the process', async () => {
  const [one, other] = [createMetrics(AT_REST), createMetrics(AT_REST)]
  one.answered('post', 201, 'none', 1)
  await assertScraped(other, ['answers_total{route="post",status="201",problem="none"} 0'])
  const { contentType, body } = await other.scrape()
  assert.match(contentType, /^text\/plain; version=0\.0\.4/)
  assert.match(body, /^process_resident_memory_bytes \d+$/m)
})

test('names and units follow the conventions, and every metric says what it is', async () => {
  const metrics = await createMetrics({ ...AT_REST, known: () => ({ acknowledged: 0, journals }) }).own()
  assert.ok(metrics.length > 40)
  for (const { name, help, type } of metrics) {
    assert.match(name, /^tillgate_[a-z]+(?:_[a-z]+)*$/)
    assert.equal(name.endsWith('_total'), String(type) === 'counter', name)
    assert.doesNotMatch(name, /_(?:ms|millis|milliseconds|kb|mb|count|sum|bucket)$/, name)
    assert.match(help, /^[A-Z].+\.$/, name)
  }
})

test('every counter and histogram is there from the first scrape, but for those of brokers', async () => {
  for (const { name, type, values } of await createMetrics(AT_REST).own()) {
    if (String(type) !== 'gauge')
      assert.equal(values.length > 0, name !== 'tillgate_kafka_throttle_seconds_total', name)
    assert.ok(values.length < 1_000, name)
  }
})
