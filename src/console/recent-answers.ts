import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { PROBLEMS, type ProblemSlug, tillOf } from '../errors.ts'

/** The answer to one request, as far as the console looks at it. */
export type SeenAnswer = { readonly route: string; readonly status: number; readonly durationMs: number } & (
  | { readonly kind: 'receipt'; readonly isReplay?: boolean }
  | UploadAnswer
  | { readonly kind: 'problem'; readonly slug: string }
  | { readonly kind: 'cursor' }
)

interface UploadAnswer {
  readonly kind: 'upload'
  readonly summary: Readonly<Record<'accepted' | 'rejected' | 'retry', number>>
  /** Among the accepted ones. */
  readonly replayed: number
  /** Among those to be sent again. */
  readonly unknown: number
}

/**
 * What invoices were answered:
 *
 * - `acknowledged`: it is in Kafka. `replayed`: it was there before.
 * - `rejected`: the fault is in the invoice. The till puts it aside.
 * - `resend`: it is not in Kafka, or a request was refused. The till sends it again.
 * - `unknown`: it may be in Kafka. The till sends it again.
 */
export const OUTCOMES = ['acknowledged', 'replayed', 'rejected', 'resend', 'unknown'] as const
export type Outcomes = Record<(typeof OUTCOMES)[number], number>

/** How many requests a problem refused, and when last. */
export interface Refusal {
  readonly problem: string
  readonly status: number
  readonly count: number
  readonly atMs: number
}

/** In milliseconds; null if nothing was answered. */
export interface Latency {
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly maxMs: number | null
}

const WINDOW_TURNS = 10
/** 2 digits, from 1 us to 10 minutes. */
const HISTOGRAM = { lowest: 1, highest: 600_000_000, figures: 2 } as const

/** Counts answers by what became of the invoices, and keeps the latest refusals by problem. No value of an invoice. */
export class RecentAnswers {
  readonly outcomes: Outcomes = { acknowledged: 0, replayed: 0, rejected: 0, resend: 0, unknown: 0 }
  readonly #refusals = new Map<string, Refusal>()
  #uploads = 0
  #uploadInvoices = 0
  /** Only while somebody watches: the last turns, the latest one last. */
  #turns: RecordableHistogram[] = []

  get uploads(): number {
    return this.#uploads
  }

  get uploadInvoices(): number {
    return this.#uploadInvoices
  }

  /** Cursors are not counted, nor what refuses them: no invoice came. */
  note(answer: SeenAnswer): void {
    if (answer.route === 'cursor') return
    this.#turns.at(-1)?.record(Math.max(1, Math.round(answer.durationMs * 1_000)))
    switch (answer.kind) {
      case 'receipt':
        this.outcomes[answer.isReplay ? 'replayed' : 'acknowledged']++
        return
      case 'upload':
        this.#noteUpload(answer)
        return
      case 'problem': {
        const { slug, status } = answer
        const count = (this.#refusals.get(slug)?.count ?? 0) + 1
        this.#refusals.set(slug, { problem: slug, status, count, atMs: Date.now() })
        this.outcomes[outcomeOf(slug)]++
      }
    }
  }

  /** The latest first. There are no more than problem types. */
  get refusals(): Refusal[] {
    return [...this.#refusals.values()].sort((a, b) => b.atMs - a.atMs)
  }

  /** Ends a turn and begins the next. Returns the times of the turn, and of the last ten. */
  turn(): { last: Latency; window: Latency } {
    const last = this.#turns.at(-1)
    const window = createHistogram(HISTOGRAM)
    for (const turn of this.#turns) window.add(turn)
    if (this.#turns.length >= WINDOW_TURNS) this.#turns.shift()
    this.#turns.push(createHistogram(HISTOGRAM))
    return { last: latencyOf(last), window: latencyOf(window) }
  }

  /** Nobody watches: times are not recorded until the next turn. */
  rest(): void {
    this.#turns = []
  }

  #noteUpload({ summary: { accepted, rejected, retry }, replayed, unknown }: UploadAnswer): void {
    this.#uploads++
    this.#uploadInvoices += accepted + rejected + retry
    this.outcomes.acknowledged += accepted - replayed
    this.outcomes.replayed += replayed
    this.outcomes.rejected += rejected
    this.outcomes.resend += retry - unknown
    this.outcomes.unknown += unknown
  }
}

function outcomeOf(slug: string): keyof Outcomes {
  if (!Object.hasOwn(PROBLEMS, slug)) return 'resend'
  const known = slug as ProblemSlug
  if (PROBLEMS[known].outcome === 'unknown') return 'unknown'
  return tillOf(known) === 'quarantine' ? 'rejected' : 'resend'
}

function latencyOf(histogram: RecordableHistogram | undefined): Latency {
  if (histogram === undefined || histogram.count === 0) return { p50Ms: null, p99Ms: null, maxMs: null }
  const at = (percentile: number) => round(histogram.percentile(percentile) / 1_000)
  return { p50Ms: at(50), p99Ms: at(99), maxMs: round(histogram.max / 1_000) }
}

const round = (value: number) => Math.round(value * 10) / 10
