import type { Violation } from './invoice/violation.ts'

/**
 * Every problem type of the service, one line each. A problem is what a till is told when it gets no receipt
 * (RFC 9457). `type` is stable and documented under `/problems/{slug}`; `outcome` says what is known of the invoice.
 */
const problem = (status: number, title: string, outcome: 'rejected' | 'unknown', retry: boolean) => ({
  status,
  title,
  outcome,
  retry,
})

export const PROBLEMS = {
  'malformed-json': problem(400, 'The body is not strict JSON', 'rejected', false),
  'malformed-upload': problem(400, 'The upload is not what its header fields say', 'rejected', false),
  'bad-request': problem(400, 'The request is malformed', 'rejected', false),
  'not-found': problem(404, 'No such resource', 'rejected', false),
  'method-not-allowed': problem(405, 'The method is not allowed here', 'rejected', false),
  'request-timeout': problem(408, 'The request did not arrive in time', 'rejected', true),
  'too-large': problem(413, 'The invoice or the upload is too large', 'rejected', false),
  'unsupported-media-type': problem(415, 'The media type or content coding is not supported', 'rejected', false),
  'invalid-invoice': problem(422, 'The invoice breaks the contract', 'rejected', false),
  'identity-conflict': problem(422, 'Another document with this identity was published just now', 'rejected', false),
  'identity-mismatch': problem(422, 'The identity of the body is not the one of the path or key', 'rejected', false),
  'not-attempted': problem(424, 'An earlier invoice of the terminal was not stored', 'rejected', true),
  'quota-exceeded': problem(429, 'Too many invoices in a minute', 'rejected', true),
  'headers-too-large': problem(431, 'The request headers are too large', 'rejected', false),
  'internal-error': problem(500, 'The gateway failed', 'unknown', true),
  saturated: problem(503, 'The gateway is saturated', 'rejected', true),
  'upload-not-read': problem(503, 'The gateway failed to read the upload', 'rejected', true),
  draining: problem(503, 'The gateway is shutting down', 'rejected', true),
  'refused-by-kafka': problem(503, 'Kafka refuses the record', 'rejected', true),
  'kafka-unavailable': problem(503, 'Kafka is not reachable', 'rejected', true),
  'outcome-unknown': problem(504, 'Kafka has not confirmed the invoice in time', 'unknown', true),
} as const

export type ProblemSlug = keyof typeof PROBLEMS

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
    // An answer, not a failure: its stack would say nothing, and is a sixth of what refusing an invoice costs.
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
