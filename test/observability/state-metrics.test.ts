import { test } from 'node:test'
import { createRegistry } from '../../src/observability/registry.ts'
import { createStateMetrics } from '../../src/observability/state-metrics.ts'
import { AT_REST, assertScraped } from './sources.ts'

test('gauges have the values at the moment of the scrape', async () => {
  const registry = createRegistry()
  const now = { pending: 0, block: 0, ready: false }
  const { handedOver } = createStateMetrics(registry, {
    ...AT_REST,
    pendingRecords: () => now.pending,
    busyPartitions: () => 4,
    stalledPartitions: () => 2,
    oldestBatchMs: () => 1_500,
    bufferedBytes: () => 99,
    unreadAnswerBytes: () => 7,
    longestBlock: () => now.block,
    workers: () => ({ threads: 2, busy: 1, waiting: 5 }),
    isReady: () => now.ready,
    warnings: () => 1,
  })
  await assertScraped(registry, ['pending_records 0', 'ready 0', 'worker_bodies_total{kind="invoice"} 0'])
  Object.assign(now, { pending: 3, block: 0.25, ready: true })
  for (const kind of ['invoice', 'invoice', 'upload'] as const) handedOver(kind)
  await assertScraped(registry, [
    'pending_records 3',
    'busy_partitions 4',
    'stalled_partitions 2',
    'oldest_batch_seconds 1.5',
    'buffered_bytes 99',
    'buffer_capacity_bytes 1000',
    'unread_answer_bytes 7',
    'event_loop_longest_block_seconds 0.25',
    'workers 2',
    'workers_busy 1',
    'worker_queue 5',
    'worker_bodies_total{kind="invoice"} 2',
    'worker_bodies_total{kind="upload"} 1',
    'warnings 1',
    'ready 1',
  ])
})
