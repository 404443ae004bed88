import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLatencies } from '../../../src/tools/simulate/latencies.ts'

test('percentiles of 1 to 1,000 ms, each exact to 0.1 %', () => {
  const latencies = createLatencies()
  for (let ms = 1; ms <= 1_000; ms++) latencies.record(ms)
  const expected = { p50: 500, p90: 900, p99: 990, p999: 999, max: 1_000 }
  for (const [name, ms] of Object.entries(latencies.percentiles() ?? {}))
    assert.ok(Math.abs(ms - expected[name as keyof typeof expected]) <= ms / 1_000, `${name} ${ms}`)
  assert.equal(latencies.count, 1_000)
  assert.ok(Math.abs(latencies.shareAbove(800) - 0.2) < 0.002)
  assert.ok(latencies.shareAbove(1_001) < 0.0001)
  assert.ok(latencies.shareAbove(0.5) > 0.999)
})

test('nothing measured is null, never 0, and extremes are kept at the ends', () => {
  const latencies = createLatencies()
  assert.equal(latencies.percentiles(), null)
  assert.equal(latencies.shareAbove(1), 0)
  latencies.record(-1)
  latencies.record(0)
  latencies.record(1e12)
  const { p50, max } = latencies.percentiles() ?? assert.fail()
  assert.equal(p50, 0.001)
  assert.ok(Math.abs(max - 3_600_000) < 3_600)
})
