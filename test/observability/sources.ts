import assert from 'node:assert/strict'
import type { MetricsSources } from '../../src/observability/metrics.ts'
import type { OwnRegistry } from '../../src/observability/registry.ts'

const ZERO = () => 0

/** An instance at rest, for its metrics. */
export const AT_REST: MetricsSources = {
  invoices: () => ({ received: { single: 0, upload: 0 }, acknowledged: 0, replayed: 0, problems: {}, inFlight: 0 }),
  pendingRecords: ZERO,
  busyPartitions: ZERO,
  stalledPartitions: ZERO,
  oldestBatchMs: ZERO,
  bufferedBytes: ZERO,
  bufferCapacityBytes: 1_000,
  unreadAnswerBytes: ZERO,
  longestBlock: ZERO,
  workers: () => ({ threads: 0, busy: 0, waiting: 0 }),
  isReady: () => false,
  warnings: ZERO,
  rememberedTokens: ZERO,
  staleAuthFiles: ZERO,
  known: () => ({ acknowledged: 0, journals: null }),
}

/** Asserts that a scrape has these lines, without `tillgate_`. */
export async function assertScraped({ scrape }: Pick<OwnRegistry, 'scrape'>, lines: readonly string[]): Promise<void> {
  const scraped = new Set((await scrape()).body.split('\n'))
  for (const line of lines) assert.ok(scraped.has(`tillgate_${line}`), line)
}
