import type { Violation } from './invoice/violation.ts'

/** What a till does with the answer to an invoice, or without one. */
export type TillAction = 'delete' | 'quarantine' | 'resend'

/** The till's rule, as it stands in the OpenAPI document, on the problem pages and in the documentation. */
export const TILL_RULE =
  'A receipt: delete the invoice from the journal. A problem document that says `"till": "quarantine"`: put the invoice ' +
  'aside and alert somebody. Anything else, whatever its status, and no answer at all: keep the invoice, alert somebody ' +
  'if it lasts, and resend it unchanged.'

/**
 * The till's rule, as `TILL_RULE` says it. `answer` is the parsed body: a receipt, a problem document or anything else.
 * For an invoice of an upload it is the `receipt` or `problem` of its result. So the answer of a proxy, a captive portal
 * or another service never costs an invoice.
 */
export function tillAction(status: number, answer: unknown): TillAction {
  const { invoiceId, till } = Object(answer)
  if (status >= 200 && status < 300) return typeof invoiceId === 'string' ? 'delete' : 'resend'
  return till === 'quarantine' ? 'quarantine' : 'resend'
}

/**
 * Where the fault is.
 *
 * - `document`: in the invoice itself. The same bytes will never be taken.
 * - `request`: in how it was sent: address, header fields, framing. A person has to correct that, and then it is taken.
 * - `passing`: in the gateway, the network or Kafka. It passes.
 */
export type Fault = 'document' | 'request' | 'passing'

const problem = (status: number, fault: Fault, title: string, outcome: 'rejected' | 'unknown' = 'rejected') => ({
  status,
  fault,
  title,
  outcome,
})

/**
 * Every problem type of the service, one line each. A problem is what a till is told when it gets no receipt
 * (RFC 9457). `type` is stable and documented under `/problems/{slug}`; `outcome` says what is known about the invoice.
 */
export const PROBLEMS = {
  'malformed-json': problem(400, 'document', 'The body is not strict JSON'),
  'malformed-upload': problem(400, 'request', 'The upload is not what its header fields say'),
  'bad-request': problem(400, 'request', 'The request is malformed'),
  unauthorized: problem(401, 'request', 'The request has no valid token'),
  forbidden: problem(403, 'request', 'The token is not for this'),
  'not-found': problem(404, 'request', 'No such resource'),
  'cursors-off': problem(404, 'request', 'This gateway has no resume cursors', 'unknown'),
  'method-not-allowed': problem(405, 'request', 'The method is not allowed here'),
  'request-timeout': problem(408, 'passing', 'The request did not arrive in time'),
  'too-large': problem(413, 'document', 'The invoice is too large'),
  'upload-too-large': problem(413, 'request', 'The upload is too large'),
  'too-costly': problem(413, 'request', 'Reading the body takes too long'),
  'unsupported-media-type': problem(415, 'request', 'The media type or content coding is not supported'),
  'invalid-invoice': problem(422, 'document', 'The invoice breaks the contract'),
  'identity-conflict': problem(422, 'document', 'Another document with this identity is stored'),
  'identity-mismatch': problem(422, 'request', 'The identity of the body is not the one of the path or key'),
  'not-attempted': problem(424, 'passing', 'An earlier invoice of the terminal was not stored'),
  'quota-exceeded': problem(429, 'passing', 'Too many invoices in a minute'),
  'sender-limit': problem(429, 'passing', 'The sender takes more than its share'),
  'headers-too-large': problem(431, 'request', 'The request headers are too large'),
  'internal-error': problem(500, 'passing', 'The gateway failed', 'unknown'),
  saturated: problem(503, 'passing', 'The gateway is saturated'),
  'not-read': problem(503, 'passing', 'The gateway failed to read the body'),
  'keys-unavailable': problem(503, 'passing', 'The gateway has no keys to verify tokens with'),
  draining: problem(503, 'passing', 'The gateway is shutting down'),
  'cursors-unread': problem(503, 'passing', 'The gateway has not read all journals yet', 'unknown'),
  'cursor-not-kept': problem(503, 'passing', 'The gateway does not keep this journal', 'unknown'),
  'refused-by-kafka': problem(503, 'passing', 'Kafka refuses the record'),
  'kafka-unavailable': problem(503, 'passing', 'Kafka is not reachable'),
  'topic-unusable': problem(503, 'passing', 'The topic cannot take the invoice'),
  throttled: problem(503, 'passing', 'Kafka throttles the gateway'),
  'outcome-unknown': problem(504, 'passing', 'Kafka has not confirmed the invoice in time', 'unknown'),
} as const

export type ProblemSlug = keyof typeof PROBLEMS

/** The bounds on load that a request may meet: what a refusal is counted under. */
export const LOAD_BOUNDS = [
  'draining',
  'live-invoices',
  'memory',
  'arriving-bodies',
  'body-rate',
  'readers',
  'sender-connections',
  'sender-bytes',
  'sender-time',
] as const

export type LoadBound = (typeof LOAD_BOUNDS)[number]

/** What the problem tells the till: only a fault in the document itself puts an invoice aside. */
export function tillOf(slug: ProblemSlug): Exclude<TillAction, 'delete'> {
  return PROBLEMS[slug].fault === 'document' ? 'quarantine' : 'resend'
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
  /** How many more violations were found than `errors` lists. */
  readonly omitted: number
  readonly retryAfterSeconds: number | undefined
  readonly headers: Readonly<Record<string, string>> | undefined
  /** Which bound on load refused the request; undefined: none did. */
  readonly bound: LoadBound | undefined

  constructor(
    slug: ProblemSlug,
    detail: string,
    options: {
      errors?: readonly Violation[]
      omitted?: number
      retryAfterSeconds?: number
      headers?: Readonly<Record<string, string>>
      bound?: LoadBound
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
    this.omitted = options.omitted ?? 0
    this.retryAfterSeconds = options.retryAfterSeconds
    this.headers = options.headers
    this.bound = options.bound
  }
}
