import type { Violation } from './invoice/violation.ts'

/** What a till does with an answer, by its status. No answer at all is the same as `resend`. */
export type TillAction = 'delete' | 'quarantine' | 'resend'

const HEALING: ReadonlySet<number> = new Set([408, 409, 424, 425, 429])

/**
 * The till's rule: 2xx: delete the invoice from the journal; 4xx other than 408, 409, 424, 425 and 429: quarantine it
 * and alert; anything else: keep it and resend it unchanged.
 */
export function tillAction(status: number): TillAction {
  if (status >= 200 && status < 300) return 'delete'
  if (status >= 400 && status < 500 && !HEALING.has(status)) return 'quarantine'
  return 'resend'
}

const problem = (status: number, title: string, outcome: 'rejected' | 'unknown') => ({ status, title, outcome })

/**
 * Every problem type of the service, one line each. A problem is what a till is told when it gets no receipt
 * (RFC 9457). `type` is stable and documented under `/problems/{slug}`; `outcome` says what is known about the invoice.
 */
export const PROBLEMS = {
  'malformed-json': problem(400, 'The body is not strict JSON', 'rejected'),
  'malformed-upload': problem(400, 'The upload is not what its header fields say', 'rejected'),
  'bad-request': problem(400, 'The request is malformed', 'rejected'),
  'not-found': problem(404, 'No such resource', 'rejected'),
  'method-not-allowed': problem(405, 'The method is not allowed here', 'rejected'),
  'request-timeout': problem(408, 'The request did not arrive in time', 'rejected'),
  'too-large': problem(413, 'The invoice or the upload is too large', 'rejected'),
  'unsupported-media-type': problem(415, 'The media type or content coding is not supported', 'rejected'),
  'invalid-invoice': problem(422, 'The invoice breaks the contract', 'rejected'),
  'identity-conflict': problem(422, 'Another document with this identity was published just now', 'rejected'),
  'identity-mismatch': problem(422, 'The identity of the body is not the one of the path or key', 'rejected'),
  'not-attempted': problem(424, 'An earlier invoice of the terminal was not stored', 'rejected'),
  'quota-exceeded': problem(429, 'Too many invoices in a minute', 'rejected'),
  'headers-too-large': problem(431, 'The request headers are too large', 'rejected'),
  'internal-error': problem(500, 'The gateway failed', 'unknown'),
  saturated: problem(503, 'The gateway is saturated', 'rejected'),
  'upload-not-read': problem(503, 'The gateway failed to read the upload', 'rejected'),
  draining: problem(503, 'The gateway is shutting down', 'rejected'),
  'refused-by-kafka': problem(503, 'Kafka refuses the record', 'rejected'),
  'kafka-unavailable': problem(503, 'Kafka is not reachable', 'rejected'),
  'outcome-unknown': problem(504, 'Kafka has not confirmed the invoice in time', 'unknown'),
} as const

export type ProblemSlug = keyof typeof PROBLEMS

/** Whether the same request may succeed later: the till keeps the invoice and sends it again. */
export function isRetriable(slug: ProblemSlug): boolean {
  return tillAction(PROBLEMS[slug].status) === 'resend'
}

/**
 * Thrown for a request that gets no receipt. `http/` turns it into `application/problem+json`; nothing else does.
 * `retryAfterSeconds` becomes the (already jittered) `Retry-After` header; `headers` are the other header fields that
 * the status asks for (`Allow`, `Accept`).
 */
export class Problem extends Error {
  readonly slug: ProblemSlug
  readonly status: number
  readonly errors: readonly Violation[] | undefined
  readonly retryAfterSeconds: number | undefined
  readonly headers: Readonly<Record<string, string>> | undefined

  constructor(
    slug: ProblemSlug,
    detail: string,
    options: {
      errors?: readonly Violation[]
      retryAfterSeconds?: number
      headers?: Readonly<Record<string, string>>
      cause?: unknown
    } = {},
  ) {
    // This is an answer, not a failure. A stack would tell nothing, and costs a sixth of refusing an invoice.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(detail, options.cause === undefined ? {} : { cause: options.cause })
    Error.stackTraceLimit = stackTraceLimit
    this.name = 'Problem'
    this.slug = slug
    this.status = PROBLEMS[slug].status
    this.errors = options.errors
    this.retryAfterSeconds = options.retryAfterSeconds
    this.headers = options.headers
  }
}
