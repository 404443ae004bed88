import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import type { Reservation } from '../admission/buffer-memory.ts'
import type { Entry } from '../admission/live-limit.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Principal } from '../auth/principal.ts'
import { Problem } from '../errors.ts'
import { principalOf } from './authentication.ts'
import { refuse } from './error-answers.ts'
import type { Answer, Exchange, InvoiceRoute } from './exchange.ts'
import { tooLarge } from './to-problem.ts'

/** What a route lets in. */
export interface AdmissionRules {
  /** `null`: tokens are not asked for. */
  authenticate: Authenticate | null
  isRefusing: () => boolean
  /** Why the media type or the content coding is not taken, or `null`. */
  mediaProblem: (headers: IncomingHttpHeaders) => Problem | null
  maxBodyBytes: (headers: IncomingHttpHeaders) => number
  /** Why a body that arrives now would not be read soon, or `null`. */
  busyProblem?: (sizeBytes: number, headers: IncomingHttpHeaders) => Problem | null
  /** Takes a place among the requests in flight. Without it their number is not bounded. */
  enter?: () => Entry
  /** Reserves memory for a body of `sizeBytes`; `null` when there is no room. */
  admit: (sizeBytes: number, headers: IncomingHttpHeaders) => Reservation | null
  /** Called for every request that is refused. */
  onAnswer: (answer: Answer) => void
}

const DRAINING = new Problem('draining', 'This instance is shutting down. Send the same document again.')
const SATURATED = new Problem('saturated', 'The buffer of this instance is full. Send the same document again.')

/**
 * The `onRequest` hook of a route that takes invoices. It decides from the header fields alone, before the body is
 * read, whether the request may use memory. It refuses when the sender has no right to write (401, 403), this instance is
 * draining (503), the media type or coding
 * is not supported (415), the body is too long (413), or there is no room (503). An admitted request keeps its place
 * and its reservation until `settle`. It reserves its `Content-Length`, or the longest body when it comes in chunks.
 *
 * The bounds on load, in the order in which a request meets them. `detail` says which one refused it.
 *
 * | bound | kept in | set by | answer |
 * |---|---|---|---|
 * | connections | Node (`app.ts`) | `MAX_CONNECTIONS` | none: closed |
 * | *here, before the body is read* | | | |
 * | uploads that wait to be read; large invoices that do | `uploads/worker-pool.ts` | `UPLOAD_WORKERS`, `UPLOAD_WAITING` | 503 `saturated` |
 * | live invoices in flight | `admission/live-limit.ts` | `MAX_QUEUE_MS` | 503 `saturated` |
 * | bytes; uploads get a part | `admission/buffer-memory.ts` | `BUFFER_MEMORY_BYTES`, `UPLOAD_BUFFER_PERCENT` | 503 `saturated` |
 * | *in `ingest/`, after the body is read* | | | |
 * | bytes of an upload, inflated | `admission/buffer-memory.ts` | the same | 503 `saturated` |
 * | invoices a minute | `admission/quotas.ts` | `QUOTA_*` | 429 `quota-exceeded` |
 * | invoices of uploads in flight | `admission/upload-window.ts` | `UPLOAD_WINDOW_RECORDS`, `UPLOAD_SHARE_PERCENT` | 503 `saturated` |
 * | partitions that do not answer | `accumulator/accumulator.ts` | `STALL_AFTER_MS` | 503 `kafka-unavailable` |
 *
 * `gateway.ts` makes each of them. Nothing that any of them refuses was handed to Kafka.
 */
export function admission(route: InvoiceRoute, rules: AdmissionRules) {
  return (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const exchange: Exchange = {
      route,
      startedAtMs: performance.now(),
      principal: null,
      reservation: null,
      leave: null,
    }
    request.exchange = exchange
    const admit = (principal: Principal | null | Problem) => {
      const problem =
        principal instanceof Problem ? principal : reserve(exchange, principal, request.raw.headers, rules)
      if (problem !== null) {
        refuse(request, reply, problem, rules.onAnswer)
        return
      }
      if (expectsContinue(request.raw)) reply.raw.writeContinue()
      done()
    }
    const sender = principalOf(request, rules.authenticate)
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
  headers: IncomingHttpHeaders,
  rules: AdmissionRules,
): Problem | null {
  exchange.principal = principal
  if (rules.isRefusing()) return DRAINING
  const problem = rules.mediaProblem(headers)
  if (problem !== null) return problem
  const maxBytes = rules.maxBodyBytes(headers)
  const sizeBytes = bodyBytes(headers['content-length'], maxBytes)
  if (sizeBytes > maxBytes) return tooLarge(exchange.route)
  const busy = rules.busyProblem?.(sizeBytes, headers) ?? null
  if (busy !== null) return busy
  if (rules.enter !== undefined) {
    const entered = rules.enter()
    if (entered.kind === 'refused') return overloaded(entered.retryAfterSeconds)
    exchange.leave = entered.leave
  }
  exchange.reservation = rules.admit(sizeBytes, headers)
  return exchange.reservation === null ? SATURATED : null
}

function overloaded(retryAfterSeconds: number): Problem {
  return new Problem('saturated', 'Invoices arrive faster than they are stored. Send the same document again.', {
    retryAfterSeconds,
  })
}

function bodyBytes(contentLength: string | undefined, maxBytes: number): number {
  const sizeBytes = Number(contentLength)
  return Number.isSafeInteger(sizeBytes) && sizeBytes >= 0 ? sizeBytes : maxBytes
}
