import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDedupMetrics } from '../../src/observability/dedup-metrics.ts'

test('the metrics say what was judged, what is left, and why a partition was lost', async () => {
  const metrics = createDedupMetrics({
    partitions: () => [{ partition: 3, lag: 40, positionAgeMs: 1_500, journals: 7 }],
    isReady: () => true,
  })
  const none = { first: 0, duplicate: 0, 'other-content': 0, uncompared: 0, 'too-many-gaps': 0, foreign: 0 }
  metrics.transaction({ ...none, first: 5, uncompared: 2 })
  metrics.transaction({ ...none, first: 1 })
  metrics.lost('fenced')
  const { body } = await metrics.scrape()
  const lines = body.split('\n').filter((line) => line.startsWith('tillgate_'))
  assert.deepEqual(lines, [
    'tillgate_dedup_records_total{verdict="first"} 6',
    'tillgate_dedup_records_total{verdict="duplicate"} 0',
    'tillgate_dedup_records_total{verdict="other-content"} 0',
    'tillgate_dedup_records_total{verdict="uncompared"} 2',
    'tillgate_dedup_records_total{verdict="too-many-gaps"} 0',
    'tillgate_dedup_records_total{verdict="foreign"} 0',
    'tillgate_dedup_transactions_total 2',
    'tillgate_dedup_ownerships_lost_total{why="fenced"} 1',
    'tillgate_dedup_ownerships_lost_total{why="error"} 0',
    'tillgate_dedup_lag_records{partition="3"} 40',
    'tillgate_dedup_position_age_seconds{partition="3"} 1.5',
    'tillgate_dedup_journals{partition="3"} 7',
    'tillgate_ready 1',
  ])
})
