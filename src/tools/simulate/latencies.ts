import { createHistogram } from 'node:perf_hooks'

/** What many latencies come to, in milliseconds. */
export interface Percentiles {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** Latencies from a microsecond to an hour, each exact to 0.1 %. */
export interface Latencies {
  readonly count: number
  record(ms: number): void
  /** All 0 when there is none. */
  percentiles(): Percentiles
  /** The share of latencies above `ms`, from 0 to 1. */
  shareAbove(ms: number): number
}

/** Node's own histogram is an HDR histogram: the same structure as the libraries', without one. */
export function createLatencies(): Latencies {
  const microseconds = createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 })
  const at = (percentile: number) => (microseconds.count === 0 ? 0 : microseconds.percentile(percentile) / 1_000)
  return {
    get count() {
      return microseconds.count
    },
    record: (ms) => microseconds.record(Math.min(Math.max(1, Math.round(ms * 1_000)), 3_600_000_000)),
    percentiles: () => ({ p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: at(100) }),
    shareAbove: (ms) => {
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
