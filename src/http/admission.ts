import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { Problem, type ProblemSlug } from '../errors.ts'
import type { IngestRequest } from '../ingest.ts'
import type { Identity } from '../invoice/identity.ts'
import { mediaTypeProblem } from './media-type.ts'

export type InvoiceRoute = 'post' | 'put'

/** What was answered to one invoice request. Never holds values of the invoice. */
export interface Answer {
  readonly route: InvoiceRoute
  readonly status: number
  readonly slug: ProblemSlug | undefined
  readonly durationMs: number
  readonly identity: Identity | undefined
  readonly cause?: unknown
}

/** What is remembered of an invoice request from its first byte until its answer is made. */
export interface Exchange {
  readonly route: InvoiceRoute
  readonly startedAtMs: number
  /** The buffer share of the body; `null` when the request was refused before one was taken. */
  reservation: IngestRequest['reservation'] | null
}

declare module 'fastify' {
  interface FastifyRequest {
    /** `null` on other routes, and as soon as the answer is made. */
    exchange: Exchange | null
  }
}

export interface AdmissionDeps {
  isRefusing: () => boolean
  admit: (sizeBytes: number) => IngestRequest['reservation'] | null
  maxInvoiceBytes: number
}

// Made once: refusing has to stay cheap when there is most to refuse, and a stack trace would say nothing.
const DRAINING = new Problem('draining', 'This instance is shutting down. Send the same document again.')
const SATURATED = new Problem('saturated', 'The buffer of this instance is full. Send the same document again.')
const TOO_LARGE = new Problem('too-large', 'The body is longer than this gateway accepts.')

/**
 * The `onRequest` hook of an invoice route: decides from the header fields alone, before the body is read, whether the
 * request may use memory. Refuses when this instance is draining (503), the media type or coding is not supported
 * (415), the body is too long (413) or the buffer is full (503). An admitted request holds a reservation of its
 * `Content-Length` (of the longest body when it comes in chunks) until `settle`.
 */
export function admission(route: InvoiceRoute, deps: AdmissionDeps) {
  return (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const exchange: Exchange = { route, startedAtMs: performance.now(), reservation: null }
    request.exchange = exchange
    const { headers } = request.raw
    const problem = reserve(exchange, headers, deps)
    if (problem !== null) {
      done(problem)
      return
    }
    if (headers.expect?.toLowerCase() === '100-continue') reply.raw.writeContinue()
    done()
  }
}

function reserve(exchange: Exchange, headers: IncomingHttpHeaders, deps: AdmissionDeps): Problem | null {
  const { isRefusing, admit, maxInvoiceBytes } = deps
  if (isRefusing()) return DRAINING
  const problem = mediaTypeProblem(headers['content-type'], headers['content-encoding'])
  if (problem !== null) return problem
  const sizeBytes = bodyBytes(headers['content-length'], maxInvoiceBytes)
  if (sizeBytes > maxInvoiceBytes) return TOO_LARGE
  exchange.reservation = admit(sizeBytes)
  return exchange.reservation === null ? SATURATED : null
}

function bodyBytes(contentLength: string | undefined, maxInvoiceBytes: number): number {
  const sizeBytes = Number(contentLength)
  return Number.isSafeInteger(sizeBytes) && sizeBytes >= 0 ? sizeBytes : maxInvoiceBytes
}

/**
 * To be called when the answer to a request is made. The first call on an invoice request gives its reservation back
 * and tells `onAnswer`; on any other request, and from the second call on, nothing happens. Every admitted request
 * gets here, also one whose connection breaks: an unfinished body ends in the error handler.
 */
export function settle(
  request: FastifyRequest,
  onAnswer: (answer: Answer) => void,
  answer: Pick<Answer, 'status' | 'slug' | 'identity' | 'cause'>,
): void {
  const exchange = request.exchange
  if (exchange === null) return
  request.exchange = null
  exchange.reservation?.release()
  onAnswer({
    route: exchange.route,
    status: answer.status,
    slug: answer.slug,
    durationMs: performance.now() - exchange.startedAtMs,
    identity: answer.identity,
    cause: answer.cause,
  })
}
