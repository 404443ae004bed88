import { test } from 'node:test'
import { createBatchMetrics } from '../../src/observability/batch-metrics.ts'
import { createRegistry } from '../../src/observability/registry.ts'
import { assertScraped } from './sources.ts'

test('a batch and a produce request are measured: their records, bytes and times', async () => {
  const registry = createRegistry()
  const { batch, produced } = createBatchMetrics(registry)
  batch({ sizeBytes: 5_000, waitedMs: [0.25, 8], inFlightMs: 40 })
  produced({ records: 40, sizeBytes: 90_000, durationMs: 4 })
  await assertScraped(registry, [
    'waiting_seconds_bucket{le="0.0005"} 1',
    'waiting_seconds_count 2',
    'waiting_seconds_sum 0.00825',
    'in_flight_seconds_bucket{le="0.025"} 0',
    'in_flight_seconds_bucket{le="0.05"} 1',
    'batch_records_bucket{le="2"} 1',
    'batch_bytes_sum 5000',
    'produce_seconds_sum 0.004',
    'produce_records_sum 40',
    'produce_bytes_bucket{le="65536"} 0',
    'produce_bytes_bucket{le="262144"} 1',
  ])
})
