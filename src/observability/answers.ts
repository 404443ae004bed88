import type { LoadBound, ProblemSlug } from '../errors.ts'
import type { AnsweringRoute, AnswerMetrics } from './answer-metrics.ts'
import type { EventSummary } from './summary.ts'

/** The answer to one request with invoices, or for a cursor. Holds no values of an invoice beyond its identity. */
export type AnsweredRequest = {
  readonly route: AnsweringRoute
  readonly status: number
  readonly durationMs: number
} & (
  | { readonly kind: 'receipt'; readonly identity: object; readonly isReplay?: boolean }
  /** How many invoices of an upload got which answer. */
  | { readonly kind: 'upload'; readonly summary: Readonly<Record<'accepted' | 'rejected' | 'retry', number>> }
  | { readonly kind: 'cursor' }
  | {
      readonly kind: 'problem'
      readonly slug: ProblemSlug
      readonly cause: unknown
      readonly bound?: LoadBound | undefined
    }
)

/** Counts each answer, and logs it in the summary of its class. */
export function createAnswerLog(metrics: AnswerMetrics, events: EventSummary): (answer: AnsweredRequest) => void {
  return (answer) => {
    const { route, status, durationMs } = answer
    metrics.answered(route, status, answer.kind === 'problem' ? answer.slug : 'none', durationMs)
    switch (answer.kind) {
      case 'receipt':
        return events.note('info', answer.isReplay ? 'invoices sent again' : 'invoices acknowledged', {
          ...answer.identity,
        })
      case 'upload':
        metrics.upload(answer.summary)
        return events.note('info', 'uploads answered', { ...answer.summary })
      case 'cursor':
        return
      case 'problem': {
        if (answer.bound !== undefined) metrics.refused(answer.bound)
        const level = status === 500 ? 'error' : 'warn'
        return events.note(level, `answered ${answer.slug}`, { status, ...whereOf(answer.cause) })
      }
    }
  }
}

/** Where a failure came from, without its message, which may quote what a till sent. */
export function whereOf(cause: unknown): { error?: string; at?: string[] } {
  if (!(cause instanceof Error)) return {}
  const frames = cause.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  return { error: cause.name, at: frames.slice(0, 5).map((line) => line.trim()) }
}
