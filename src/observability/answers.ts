import type { Metrics } from './metrics.ts'
import type { EventSummary } from './summary.ts'

/** What was answered to one request with invoices. Holds no values of an invoice. */
export interface AnsweredRequest {
  readonly status: number
  /** The problem it was answered with; `undefined`: a receipt, or the answer to an upload. */
  readonly slug: string | undefined
  readonly durationMs: number
  readonly identity: object | undefined
  readonly cause?: unknown
  /** How many invoices of an upload were answered how. */
  readonly upload?: Readonly<Record<string, number>>
}

/** Counts each answer, and logs it in the summary of its class. */
export function createAnswerLog(metrics: Metrics, events: EventSummary): (answer: AnsweredRequest) => void {
  return ({ status, slug, durationMs, identity, cause, upload }) => {
    metrics.answered(status, slug ?? 'none', durationMs)
    if (upload !== undefined) {
      metrics.upload(upload)
      events.note('info', 'uploads answered', { ...upload })
    } else if (slug === undefined) events.note('info', 'invoices acknowledged', { ...identity })
    else events.note(status === 500 ? 'error' : 'warn', `answered ${slug}`, { status, ...identity, ...whereOf(cause) })
  }
}

/** Where a failure came from, without its message, which may quote what a till sent. */
export function whereOf(cause: unknown): { error?: string; at?: string[] } {
  if (!(cause instanceof Error)) return {}
  const frames = cause.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  return { error: cause.name, at: frames.slice(0, 5).map((line) => line.trim()) }
}
