import type { LaneState } from '../accumulator/lane.ts'
import type { SeenConflict } from './conflicts.ts'
import type { Sweep } from './journal-sweep.ts'
import type { Latency, Outcomes, RecentAnswers, Refusal } from './recent-answers.ts'
import { OUTCOMES } from './recent-answers.ts'
import type { Throttled } from './throttled.ts'

/** What is read of the gateway for each snapshot. */
export interface Figures {
  readonly instance: {
    readonly name: string
    readonly topic: string
    readonly partitions: number
  }
  readonly readiness: {
    readonly ready: boolean
    readonly reasons: readonly string[]
    readonly warnings: readonly string[]
  }
  readonly lanes: readonly LaneState[]
  readonly pendingRecords: number
  readonly bufferedBytes: number
  readonly bufferCapacityBytes: number
  readonly unreadAnswerBytes: number
  readonly longestBlockSeconds: number
  /** Bodies that workers read, or that wait for one. */
  readonly openBodies: number
  readonly workers: number
  /** How far `.journals` was read; null: it is not followed. */
  readonly journals: {
    readonly journals: number
    readonly isComplete: boolean
    readonly left: number
    readonly ageMs: number
  } | null
}

/** What is seen besides. */
export interface Surroundings {
  readonly viewers: number
  readonly cluster: ReturnType<Throttled['addTo']>
  readonly journals: {
    readonly sweep: Sweep | null
    readonly conflicts: readonly SeenConflict[]
    readonly conflictsReadable: boolean | null
  } | null
}

/** One second, as the page draws it: figures of all answers, by second. */
export interface Snapshot {
  readonly atMs: number
  readonly instance: Figures['instance']
  readonly readiness: Figures['readiness']
  readonly viewers: number
  /** Invoices a second. */
  readonly rates: Outcomes
  readonly totals: Outcomes
  /** Of requests that were answered in this second. */
  readonly latency: Latency
  /** Of those of the last ten seconds. */
  readonly recentLatency: Latency
  readonly lanes: {
    readonly partitions: number
    readonly pendingRecords: number
    readonly busy: number
    readonly stalled: number
    readonly oldestBatchMs: number
    /** Those whose batch is outstanding for longest. */
    readonly oldest: readonly LaneState[]
  }
  readonly buffer: { readonly usedBytes: number; readonly capacityBytes: number; readonly unreadAnswerBytes: number }
  readonly longestBlockMs: number
  readonly uploads: {
    readonly total: number
    readonly invoices: number
    readonly invoicesPerSecond: number
    readonly openBodies: number
    readonly workers: number
  }
  readonly refusals: readonly Refusal[]
  readonly cluster: Surroundings['cluster']
  readonly journals: (NonNullable<Figures['journals']> & NonNullable<Surroundings['journals']>) | null
}

/** The lines of the charts: one row a second, `null` where nobody watched. */
const COLUMNS = ['atMs', ...OUTCOMES, 'p50Ms', 'p99Ms', 'pendingRecords'] as const

const HISTORY_ROWS = 900
const [LISTED_LANES, LISTED_REFUSALS] = [8, 12] as const
/** Rates over less would say little. */
const LEAST_MS = 500
/** Beyond this there is a gap in the charts. */
const GAP_MS = 5_000

/** Makes snapshots, and keeps what the charts of the last 15 minutes need. */
export class Snapshots {
  readonly #answers: RecentAnswers
  #before: { atMs: number; outcomes: Outcomes; uploadInvoices: number } | undefined
  #rows: (number | null)[][] = []

  constructor(answers: RecentAnswers) {
    this.#answers = answers
  }

  get history() {
    return { columns: COLUMNS, rows: this.#rows }
  }

  /** `null` if the last one is too new. Rates are those since the last one. */
  take(figures: Figures, around: Surroundings, nowMs = performance.now(), atMs = Date.now()): Snapshot | null {
    const answers = this.#answers
    const totals = { ...answers.outcomes }
    const before = this.#before
    if (before !== undefined && nowMs - before.atMs < LEAST_MS) return null
    const isGap = before === undefined || nowMs - before.atMs > GAP_MS
    const seconds = isGap ? Number.POSITIVE_INFINITY : (nowMs - before.atMs) / 1_000
    const perSecond = (now: number, then: number) => Math.round((10 * (now - then)) / seconds) / 10
    const rates = { ...totals }
    for (const outcome of OUTCOMES) rates[outcome] = perSecond(totals[outcome], before?.outcomes[outcome] ?? 0)
    const invoicesPerSecond = perSecond(answers.uploadInvoices, before?.uploadInvoices ?? 0)
    this.#before = { atMs: nowMs, outcomes: totals, uploadInvoices: answers.uploadInvoices }
    const { last, window } = answers.turn()
    if (isGap && this.#rows.length > 0) this.#keep([atMs - 1, ...COLUMNS.slice(1).map(() => null)])
    if (!isGap) this.#keep([atMs, ...OUTCOMES.map((one) => rates[one]), last.p50Ms, last.p99Ms, figures.pendingRecords])
    const uploads = { total: answers.uploads, invoices: answers.uploadInvoices, invoicesPerSecond }
    return {
      ...{ atMs, rates, totals, latency: last, recentLatency: window },
      instance: figures.instance,
      readiness: figures.readiness,
      viewers: around.viewers,
      lanes: laneSums(figures),
      buffer: {
        usedBytes: figures.bufferedBytes,
        capacityBytes: figures.bufferCapacityBytes,
        unreadAnswerBytes: figures.unreadAnswerBytes,
      },
      longestBlockMs: Math.round(1_000 * figures.longestBlockSeconds),
      uploads: { ...uploads, openBodies: figures.openBodies, workers: figures.workers },
      refusals: answers.refusals.slice(0, LISTED_REFUSALS),
      cluster: around.cluster,
      journals: figures.journals && around.journals && { ...figures.journals, ...around.journals },
    }
  }

  #keep(row: (number | null)[]): void {
    this.#rows.push(row)
    if (this.#rows.length > HISTORY_ROWS) this.#rows.shift()
  }
}

function laneSums({ lanes, pendingRecords }: Figures): Snapshot['lanes'] {
  const busy = lanes.filter(({ batchAgeMs }) => batchAgeMs > 0).sort((a, b) => b.batchAgeMs - a.batchAgeMs)
  return {
    partitions: lanes.length,
    pendingRecords,
    busy: busy.length,
    stalled: lanes.filter(({ isStalled }) => isStalled).length,
    oldestBatchMs: Math.round(busy[0]?.batchAgeMs ?? 0),
    oldest: busy.slice(0, LISTED_LANES).map((lane) => ({ ...lane, batchAgeMs: Math.round(lane.batchAgeMs) })),
  }
}
