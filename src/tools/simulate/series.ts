import { createLatencies, type Latencies } from './latencies.ts'

/** One step of a run. Latencies are those of the invoices that were planned in it; null: nothing was measured. */
export interface Step {
  /** When it begins, seconds from the start of the run. */
  readonly second: number
  /** Invoices that should have been sent in it. */
  readonly planned: number
  /** Invoices whose acknowledgement came in it, whenever they were planned. */
  readonly acknowledged: number
  readonly p50: number | null
  readonly p99: number | null
  readonly max: number | null
}

/** A run step by step, which shows a server that froze. All times are of the monotonic clock. */
export interface Series {
  /** 1, or more if the run takes over an hour. */
  readonly stepSeconds: number
  plan(intendedAtMs: number): void
  /** `isAcknowledged` false: there was no answer until `atMs`, the end of the run. */
  settle(intendedAtMs: number, atMs: number, isAcknowledged: boolean): void
  /** The invoice was quarantined: its latency does not count. */
  drop(intendedAtMs: number): void
  /** How old the oldest invoice without an answer is, to the nearest step. */
  oldestMs(nowMs: number): number
  /** The largest latency of each of the last `most` steps. An invoice without an answer counts with its age. */
  largestMs(nowMs: number, most: number): number[]
  /** `hasLatencies` false: all latencies are null. */
  steps(hasLatencies: boolean): Step[]
}

interface OpenStep {
  planned: number
  acknowledged: number
  unsettled: number
  readonly latencies: Latencies
}

/** Most steps of a run while invoices come in, and again while the last answers come in. */
const MAX_STEPS = 3_600

/** `seconds`: how long invoices come in, from `startMs` on. */
export function createSeries(startMs: number, seconds: number): Series {
  const stepSeconds = Math.ceil(seconds / MAX_STEPS)
  const steps: OpenStep[] = []
  let oldest = 0
  const stepAt = (atMs: number): OpenStep => {
    const index = Math.min(Math.max(0, Math.floor((atMs - startMs) / 1_000 / stepSeconds)), 2 * MAX_STEPS - 1)
    while (steps.length <= index)
      steps.push({ planned: 0, acknowledged: 0, unsettled: 0, latencies: createLatencies(2) })
    return steps[index] as OpenStep
  }
  const ageMs = (index: number, nowMs: number) => nowMs - startMs - index * stepSeconds * 1_000
  return {
    stepSeconds,
    plan(intendedAtMs) {
      const step = stepAt(intendedAtMs)
      step.planned++
      step.unsettled++
    },
    settle(intendedAtMs, atMs, isAcknowledged) {
      const step = stepAt(intendedAtMs)
      step.unsettled--
      step.latencies.record(atMs - intendedAtMs)
      if (isAcknowledged) stepAt(atMs).acknowledged++
    },
    drop(intendedAtMs) {
      stepAt(intendedAtMs).unsettled--
    },
    oldestMs(nowMs) {
      while (oldest < steps.length && steps[oldest]?.unsettled === 0) oldest++
      return oldest === steps.length ? 0 : ageMs(oldest, nowMs)
    },
    largestMs(nowMs, most) {
      stepAt(nowMs)
      const first = Math.max(0, steps.length - most)
      return steps.slice(first).map(({ latencies, unsettled }, i) => {
        const measuredMs = latencies.percentiles()?.max ?? 0
        return unsettled === 0 ? measuredMs : Math.max(measuredMs, ageMs(first + i, nowMs))
      })
    },
    steps: (hasLatencies) =>
      steps.map(({ planned, acknowledged, latencies }, index) => {
        const { p50 = null, p99 = null, max = null } = (hasLatencies ? latencies.percentiles() : null) ?? {}
        return { second: index * stepSeconds, planned, acknowledged, p50, p99, max }
      }),
  }
}
