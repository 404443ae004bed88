import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Histogram, Registry } from 'prom-client'
import { Distribution, registerHistogram } from '../../src/observability/distribution.ts'

suite('a histogram that is kept outside of prom-client', () => {
  test('is scraped as one of its own is', async () => {
    const [buckets, help] = [[0.1, 1, 10], 'Values.']
    const [ours, theirs] = [new Registry(), new Registry()]
    const distribution = new Distribution(buckets)
    registerHistogram(ours, { name: 'values', help }, () => [[{ kind: 'a' }, distribution]])
    const histogram = new Histogram({ name: 'values', help, buckets, labelNames: ['kind'], registers: [theirs] })
    for (const value of [0, 0.1, 0.100001, 1, 9.5, 10, 11, 1e9]) {
      distribution.observe(value)
      histogram.observe({ kind: 'a' }, value)
    }
    assert.equal(await ours.metrics(), await theirs.metrics())
    const samplesOf = async (registry: Registry) => (await registry.getMetricsAsJSON())[0]!.values
    assert.equal((await samplesOf(ours)).length, (await samplesOf(theirs)).length)
  })

  test('has all buckets before the first value', () => {
    const samples = new Distribution([1, 2]).samples('values', {})
    assert.deepEqual(
      samples.map(({ metricName, labels, value }) => [metricName, labels.le, value]),
      [
        ['values_bucket', '1', 0],
        ['values_bucket', '2', 0],
        ['values_bucket', '+Inf', 0],
        ['values_sum', undefined, 0],
        ['values_count', undefined, 0],
      ],
    )
  })
})
