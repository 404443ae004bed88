import type { CurvePoint, Percentiles } from './latencies.ts'
import type { Step } from './series.ts'
import type { Wrong, WrongCounts } from './wrong-tills.ts'

/**
 * The counts of a run so far. `sent` counts planned invoices that were tried at least once, `attempts` every try, also
 * of what tills sent wrongly.
 */
export interface Counts {
  readonly intended: number
  readonly sent: number
  readonly attempts: number
  readonly resent: number
  readonly acknowledged: number
  /** Without those of twins, one of whom has to be refused. */
  readonly quarantined: number
  /** Intended, and without a definite answer. */
  readonly unanswered: number
}

/** The result of a run. */
export interface Summary extends Counts {
  /** What tills sent wrongly, because the run was asked for it. Of twins, all that both sent. */
  readonly wrong: Readonly<Record<Wrong, WrongCounts>>
  readonly startedAt: string
  readonly journalId: string
  /** How long invoices came in. */
  readonly seconds: number
  readonly isInterrupted: boolean
  readonly intendedPerSecond: number
  /** Acknowledged while invoices came in. */
  readonly achievedPerSecond: number
  /**
   * From the intended send time of an invoice to its acknowledgement, or to the end of the run if it has no answer.
   * Null when the latencies are refused, and when nothing was acknowledged.
   */
  readonly latencyMs: Percentiles | null
  /** The same by percentile; empty where `latencyMs` is null. */
  readonly latencyCurve: readonly CurvePoint[]
  /** How late this program itself was: part of every latency. Null when there was no invoice. */
  readonly latenessMs: Percentiles | null
  readonly stepSeconds: number
  /** The run second by second, or by `stepSeconds`; without latencies where `latencyMs` is null. */
  readonly series: readonly Step[]
  /** Attempts by HTTP status; `none` is no answer. */
  readonly statuses: Readonly<Record<string, number>>
  /** Share of the attempts that had to wait for a connection. */
  readonly waitedShare: number
  /** Of the time: its event loop was working, or waited for a core. */
  readonly busyShare: number
  /** Why the latencies are refused; null if they are not. */
  readonly refusal: string | null
  /** Why nothing was acknowledged, as far as the gateway says; null if something was, or it does not say. */
  readonly diagnosis: string | null
}

/** Above it, a run measures this program rather than the gateway. */
const MAX_BUSY_SHARE = 0.7

/** Why latencies are refused when this program was busy for that share of the time; null if they are not. */
export function refusalOf(busyShare: number): string | null {
  if (busyShare <= MAX_BUSY_SHARE) return null
  const percent = Math.round(busyShare * 100)
  return `the simulator itself was ${percent} % busy; above ${MAX_BUSY_SHARE * 100} % it measures itself: use a lower --rate, or several processes`
}

/**
 * 0: every invoice was acknowledged. 1: some were quarantined or are not answered. 4: refused to measure. What tills sent
 * wrongly may be quarantined.
 */
export function exitCodeOf({ refusal, unanswered, quarantined }: Summary): number {
  if (refusal !== null) return 4
  return unanswered > 0 || quarantined > 0 ? 1 : 0
}
