import { createHistogram } from 'node:perf_hooks'

/** Percentiles of many latencies, in milliseconds. */
export interface Percentiles {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** So many percent of the latencies are at most `ms`. */
export interface CurvePoint {
  readonly percentile: number
  readonly ms: number
}

/** Collects latencies from a microsecond to an hour. */
export interface Latencies {
  readonly count: number
  record(ms: number): void
  /** Null when nothing was measured. */
  percentiles(): Percentiles | null
  /** From 0 % to 100 %, with as many points between 99 % and 99.9 % as between 0 % and 90 %; empty when nothing was measured. */
  curve(): CurvePoint[]
  /** The share of latencies above `ms`, from 0 to 1; 0 when nothing was measured. */
  shareAbove(ms: number): number
}

const POINTS_PER_NINE = 8

/**
 * Uses Node's own histogram, which is an HDR histogram, so no library is needed. Each latency is exact to `figures`
 * decimal figures (3: 0.1 %); fewer take less memory.
 */
export function createLatencies(figures: 2 | 3 = 3): Latencies {
  const microseconds = createHistogram({ lowest: 1, highest: 3_600_000_000, figures })
  const at = (percentile: number) => microseconds.percentile(percentile) / 1_000
  return {
    get count() {
      return microseconds.count
    },
    record: (ms) => microseconds.record(Math.min(Math.max(1, Math.round(ms * 1_000)), 3_600_000_000)),
    percentiles: () =>
      microseconds.count === 0 ? null : { p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: at(100) },
    curve: () => {
      const percentiles: number[] = []
      for (let step = 0; 10 ** (step / POINTS_PER_NINE) < microseconds.count; step++)
        percentiles.push(100 * (1 - 10 ** (-step / POINTS_PER_NINE)))
      if (microseconds.count > 0) percentiles.push(100)
      return percentiles.map((percentile) => ({ percentile, ms: at(Math.max(percentile, Number.MIN_VALUE)) }))
    },
    shareAbove: (ms) => {
      if (microseconds.count === 0) return 0
      let [below, above] = [0, 100]
      while (above - below > 0.001) {
        const middle = (below + above) / 2
        if (at(middle) > ms) above = middle
        else below = middle
      }
      return 1 - below / 100
    },
  }
}
