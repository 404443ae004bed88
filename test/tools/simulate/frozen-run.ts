import { createSeries, type Series } from '../../../src/tools/simulate/series.ts'
import type { Summary } from '../../../src/tools/simulate/summary.ts'

/** A server that answers in 5 ms, and not at all from second 40 to 45, when it answers everything. */
export function frozen(seconds: number): Series {
  const series = createSeries(0, seconds)
  for (let second = 0; second < seconds; second++) {
    for (let i = 0; i < 100; i++) {
      const atMs = (second + i / 100) * 1_000
      series.plan(atMs)
      series.settle(atMs, second >= 40 && second < 45 ? 45_001 : atMs + 5, true)
    }
  }
  return series
}

export const NONE_WRONG = { sent: 0, acknowledged: 0, quarantined: 0 }

export function summaryOf(series: Series, more: Partial<Summary> = {}): Summary {
  const nothing = { sent: 0, attempts: 0, resent: 0, acknowledged: 0, quarantined: 0, unanswered: 0 }
  return {
    ...nothing,
    intended: 6_000,
    wrong: { changed: NONE_WRONG, older: NONE_WRONG, twin: NONE_WRONG },
    startedAt: '2026-03-01T06:00:00.000Z',
    journalId: 'sim-1-2',
    seconds: 60,
    isInterrupted: false,
    intendedPerSecond: 100,
    achievedPerSecond: 100,
    latencyCurve: [],
    latencyMs: { p50: 5, p90: 4_000, p99: 4_900, p999: 4_990, max: 5_001 },
    latenessMs: { p50: 0.1, p90: 0.2, p99: 0.3, p999: 0.4, max: 0.5 },
    stepSeconds: series.stepSeconds,
    series: series.steps(true),
    statuses: { 201: 6_000 },
    waitedShare: 0,
    busyShare: 0.1,
    refusal: null,
    diagnosis: null,
    ...more,
  }
}
