import { tillAction } from '../../errors.ts'

/** A problem document (RFC 9457), as far as it is read. */
export interface ProblemDocument {
  readonly type?: unknown
  readonly title?: unknown
  readonly detail?: unknown
  readonly outcome?: unknown
  readonly till?: unknown
}

/** The answer to one invoice of a request. */
export interface GatewayResult {
  readonly status: number
  readonly receipt?: { readonly invoiceId?: unknown; readonly partition?: unknown; readonly offset?: unknown }
  readonly problem?: ProblemDocument
}

/** What became of a request. */
export type GatewayAnswer =
  /** One result for each invoice, in the request's order. */
  | { readonly kind: 'results'; readonly results: readonly GatewayResult[]; readonly retryAfterMs: number | undefined }
  /** One status for the whole request, with a problem document if there was one. */
  | {
      readonly kind: 'whole'
      readonly status: number
      readonly problem: ProblemDocument | undefined
      readonly retryAfterMs: number | undefined
    }
  /** No answer, or one that cannot be relied on. `isSent`: part of the request may have arrived. */
  | { readonly kind: 'none'; readonly reason: string; readonly isSent: boolean }

const NDJSON = 'application/x-ndjson'

/** Reads the answer to a request. A 2xx is `none` unless it has a result for each of the `invoices` and a summary. */
export function readGatewayAnswer(status: number, headers: Headers, text: string, invoices: number): GatewayAnswer {
  const retryAfterMs = readRetryAfter(headers.get('retry-after'))
  if (status >= 200 && status < 300) {
    const isLines = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() === NDJSON
    const results = isLines ? readResults(text, invoices) : null
    if (results !== null) return { kind: 'results', results, retryAfterMs }
    return { kind: 'none', reason: `answered ${status}, but not a result for each invoice`, isSent: true }
  }
  const problem = parseObject(text)
  return { kind: 'whole', status, problem: problem ?? undefined, retryAfterMs }
}

/** Reads the answer to an invoice that was sent alone. A 2xx is `none` unless it is a receipt. */
export function readInvoiceAnswer(status: number, headers: Headers, text: string): GatewayAnswer {
  const retryAfterMs = readRetryAfter(headers.get('retry-after'))
  const document = parseObject(text)
  if (status < 200 || status >= 300) return { kind: 'whole', status, problem: document ?? undefined, retryAfterMs }
  if (tillAction(status, document) !== 'delete')
    return { kind: 'none', reason: `answered ${status}, but not with a receipt`, isSent: true }
  return {
    kind: 'results',
    results: [{ status, receipt: document as NonNullable<GatewayResult['receipt']> }],
    retryAfterMs,
  }
}

function readResults(text: string, invoices: number): GatewayResult[] | null {
  const lines = text.split('\n')
  // A line for each invoice, then the summary, and nothing after its line feed.
  if (lines.length !== invoices + 2 || lines.pop() !== '') return null
  if (typeof parseObject(lines.pop() as string)?.summary !== 'object') return null
  const results = lines.map((line, index) => {
    const result = parseObject(line)
    return result?.index === index && isResult(result) ? result : null
  })
  return results.every((result) => result !== null) ? results : null
}

function isResult(value: Record<string, unknown>): value is Record<string, unknown> & GatewayResult {
  const { status, receipt, problem } = value
  if (!Number.isInteger(status) || (status as number) < 200 || (status as number) > 599) return false
  return isObject((status as number) < 300 ? receipt : problem)
}

/** Milliseconds from now by `Retry-After`, which is seconds or an HTTP date. */
export function readRetryAfter(text: string | null): number | undefined {
  if (text === null) return undefined
  const ms = /^\d{1,9}$/.test(text) ? 1_000 * Number(text) : Date.parse(text) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/** The object that a JSON text is; null: it is something else. */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
