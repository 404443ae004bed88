import type { Percentiles } from './latencies.ts'

/** How a run went so far. An invoice is *sent* once it was tried; `attempts` counts every try. */
export interface Counts {
  readonly intended: number
  readonly sent: number
  readonly attempts: number
  readonly resent: number
  readonly acknowledged: number
  readonly quarantined: number
  /** Intended, and neither acknowledged nor quarantined. */
  readonly upload: number
}

/** What a run comes to. */
export interface Summary extends Counts {
  readonly startedAt: string
  readonly journalId: string
  /** How long invoices came in. */
  readonly seconds: number
  readonly isInterrupted: boolean
  readonly intendedPerSecond: number
  /** Acknowledged while invoices came in. */
  readonly achievedPerSecond: number
  /** From the time at which an invoice should have been sent to its acknowledgement. Null when the run is refused. */
  readonly latencyMs: Percentiles | null
  /** How late this program itself was: part of every latency. */
  readonly latenessMs: Percentiles
  /** Attempts by HTTP status; `none` is no answer. */
  readonly statuses: Readonly<Record<string, number>>
  /** Share of the attempts that had to wait for a connection. */
  readonly waitedShare: number
  /** Of one core, by this program. */
  readonly busyShare: number
  /** Why the latencies are not told. */
  readonly refusal: string | null
}

/** Above it, what is measured is this program. */
export const MAX_BUSY_SHARE = 0.7

/** Why latencies that were measured with this much of a core in use are not told; null when they are. */
export function refusalOf(busyShare: number): string | null {
  if (busyShare <= MAX_BUSY_SHARE) return null
  const percent = Math.round(busyShare * 100)
  return `the simulator itself was ${percent} % busy, above ${MAX_BUSY_SHARE * 100} % its latencies are its own: use a lower --rate, or several processes`
}

/** 0: every invoice was acknowledged. 1: some were quarantined or are not answered. 4: refused to measure. */
export function exitCodeOf({ refusal, upload, quarantined }: Summary): number {
  if (refusal !== null) return 4
  return upload > 0 || quarantined > 0 ? 1 : 0
}
