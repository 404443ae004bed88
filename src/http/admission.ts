import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import type { Reservation } from '../admission/buffer-memory.ts'
import type { Entry } from '../admission/live-limit.ts'
import type { Sender, Senders } from '../admission/senders.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Principal } from '../auth/principal.ts'
import { Problem } from '../errors.ts'
import type { StartRequestSpan } from '../tracing/request-span.ts'
import { announcedLength } from './announced-length.ts'
import { type Denial, principalOf } from './authentication.ts'
import { refuse } from './error-answers.ts'
import { type Answer, beginExchange, type Exchange, type InvoiceRoute } from './exchange.ts'
import { senderOf } from './sender.ts'
import { tooLarge } from './to-problem.ts'
import { traced } from './traced-request.ts'

/** What a route lets in. */
export interface AdmissionRules {
  /** `null`: tokens are not asked for. */
  authenticate: Authenticate | null
  senders: Senders
  /** Called for every request that is refused for its token. */
  onDenied?: ((denial: Denial) => void) | undefined
  isRefusing: () => boolean
  /** Why the media type or the content coding is not taken, or `null`. */
  mediaProblem: (headers: IncomingHttpHeaders) => Problem | null
  maxBodyBytes: (headers: IncomingHttpHeaders) => number
  /** Why a body that arrives now would not be read soon, or `null`. */
  busyProblem?: (announcedBytes: number | null, sender: Sender) => Problem | null
  /** Why there is no place among the requests in flight now, or `null`. The body takes its place when it is there. */
  noPlace?: () => Refusal | null
  /**
   * Reserves memory for a request, if a body of `announcedBytes` would fit too. `null`: there is no room. A problem: the
   * sender has no room.
   */
  admit: (announcedBytes: number, sender: Sender) => Reservation | Problem | null
  /** Begins the span of a request; absent where nothing is traced. */
  startSpan?: StartRequestSpan | undefined
  /** Called for every request that is refused. */
  onAnswer: (answer: Answer) => void
}

type Refusal = Extract<Entry, { kind: 'refused' }>

const DRAINING = new Problem('draining', 'This instance is shutting down. Send the same document again.', {
  bound: 'draining',
})
/** The answer to a body that memory has no room for. */
export const SATURATED = new Problem(
  'saturated',
  'The buffer of this instance is full. Send the same document again.',
  {
    bound: 'memory',
  },
)

/**
 * The `onRequest` hook of a route that takes invoices. It decides from the header fields alone, before the body is
 * read, whether the request may use memory. It refuses when the sender has no right to write (401, 403), this instance is
 * draining (503), the media type or coding is not supported (415), the body is too long (413), or there is no room
 * (503). An admitted request keeps its reservation until `settle`. That grows with the bytes that arrive
 * (`read-body.ts`): nothing is reserved for what is only announced.
 *
 * The bounds on load, in the order in which a request meets them. `detail` says which one refused it.
 *
 * | bound | kept in | set by | answer |
 * |---|---|---|---|
 * | connections | Node (`app.ts`) | `MAX_CONNECTIONS` | none: closed |
 * | *here, before the body is read* | | | |
 * | connections, bytes and time of one sender | `admission/senders.ts` | `PRINCIPAL_SHARE_PERCENT`, `ADDRESS_SHARE_PERCENT`, `SENDER_TIME_PERCENT` | 429 `sender-limit` |
 * | time that an address takes with what is nobody's; probes of a connection | `admission/senders.ts` | a fifth of that; 100 a second | 429, late; late |
 * | uploads that wait to be read; large invoices that do | `uploads/worker-pool.ts` | `UPLOAD_WORKERS`, `UPLOAD_WAITING` | 503 `saturated` |
 * | live invoices in flight | `admission/live-limit.ts` | `MAX_QUEUE_MS` | 503 `saturated` |
 * | bytes; uploads get a part | `admission/buffer-memory.ts` | `BUFFER_MEMORY_BYTES`, `UPLOAD_BUFFER_PERCENT` | 503 `saturated` |
 * | *while the body arrives* | | | |
 * | bytes of incomplete bodies | `admission/arrivals.ts` | half of the above; a quarter for live invoices | 503 `saturated` |
 * | bytes a second of a body | `admission/arrivals.ts` | `BODY_MIN_BYTES_PER_SECOND`, `BODY_GRACE_MS` | 408 `request-timeout` |
 * | *in `ingest/`, after the body is read* | | | |
 * | bytes of an upload, inflated | `admission/buffer-memory.ts` | the same | 503 `saturated` |
 * | invoices a minute | `admission/quotas.ts` | `QUOTA_*` | 429 `quota-exceeded` |
 * | invoices of uploads in flight | `admission/upload-window.ts` | `UPLOAD_WINDOW_RECORDS`, `UPLOAD_SHARE_PERCENT` | 503 `saturated` |
 * | partitions that do not answer | `accumulator/accumulator.ts` | `STALL_AFTER_MS` | 503 `kafka-unavailable` |
 *
 * `bounds.ts` makes most of them, `gateway-flows.ts` quotas and the window, `gateway.ts` workers and lanes. Nothing that
 * any of them refuses was handed to Kafka.
 */
export function admission(route: InvoiceRoute, rules: AdmissionRules) {
  return (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const exchange = beginExchange(route, rules.startSpan === undefined ? null : rules.startSpan(traced(request)))
    request.exchange = exchange
    const admit = (principal: Principal | null | Problem) => {
      const problem = principal instanceof Problem ? principal : reserve(exchange, principal, request, rules)
      if (problem !== null) {
        refuse(request, reply, problem, rules)
        return
      }
      if (expectsContinue(request.raw)) reply.raw.writeContinue()
      done()
    }
    const sender = principalOf(request, rules.authenticate, rules.onDenied)
    if (sender instanceof Promise) sender.then(admit).catch(done)
    else admit(sender)
  }
}

/**
 * Whether the client waits for `100 Continue` before it sends its body (RFC 9110, 10.1.1). HTTP/1.0 has no such answer.
 * Other expectations are ignored, as the RFC allows.
 */
function expectsContinue({ headers, httpVersion }: IncomingMessage): boolean {
  if (headers.expect === undefined || httpVersion === '1.0') return false
  return headers.expect.split(',').some((expectation) => expectation.trim().toLowerCase() === '100-continue')
}

function reserve(
  exchange: Exchange,
  principal: Principal | null,
  request: FastifyRequest,
  rules: AdmissionRules,
): Problem | null {
  const { headers } = request.raw
  const sender = senderOf(request, principal, rules.senders)
  exchange.principal = principal
  exchange.sender = sender
  if (rules.isRefusing()) return DRAINING
  const obstacle = rules.senders.obstacle(sender, exchange.startedAtMs)
  if (obstacle !== null) return obstacle
  const problem = rules.mediaProblem(headers)
  if (problem !== null) return problem
  const maxBytes = rules.maxBodyBytes(headers)
  const announcedBytes = announcedLength(headers)
  if (announcedBytes !== null && announcedBytes > maxBytes) return tooLarge(exchange.route)
  const busy = rules.busyProblem?.(announcedBytes, sender) ?? null
  if (busy !== null) return busy
  const refusal = rules.noPlace?.() ?? null
  if (refusal !== null) return overloaded(refusal)
  const admitted = rules.admit(announcedBytes ?? 0, sender)
  if (admitted === null) return SATURATED
  if (admitted instanceof Problem) return admitted
  exchange.reservation = admitted
  return null
}

/** The answer to an invoice that finds no place among those in flight. */
export function overloaded({ retryAfterSeconds }: Refusal): Problem {
  return new Problem('saturated', 'Invoices arrive faster than they are stored. Send the same document again.', {
    retryAfterSeconds,
    bound: 'live-invoices',
  })
}
