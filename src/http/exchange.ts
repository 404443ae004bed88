import type { FastifyRequest } from 'fastify'
import type { Reservation } from '../admission/buffer-memory.ts'
import type { Sender } from '../admission/senders.ts'
import type { Principal } from '../auth/principal.ts'
import type { LoadBound, ProblemSlug } from '../errors.ts'
import type { Identity } from '../invoice/identity.ts'
import type { RequestSpan } from '../tracing/request-span.ts'
import type { UploadResponse } from './upload-answer.ts'

export type InvoiceRoute = 'post' | 'put' | 'upload'
/** Routes whose answers are counted. */
export type CountedRoute = InvoiceRoute | 'cursor'

/**
 * What an invoice request gets: a receipt, an answer for each invoice of an upload, or a problem for all of it. Or what a
 * request for a cursor gets.
 */
type Result =
  | {
      readonly kind: 'receipt'
      readonly status: 200 | 201
      readonly identity: Identity
      /** Whether the invoice was in Kafka before. */
      readonly isReplay: boolean
    }
  | ({ readonly kind: 'upload' } & Pick<UploadResponse, 'status' | 'summary' | 'replayed' | 'unknown'>)
  | { readonly kind: 'cursor'; readonly status: 200 }
  | {
      readonly kind: 'problem'
      readonly status: number
      readonly slug: ProblemSlug
      readonly cause: unknown
      readonly bound?: LoadBound | undefined
    }

/** The answer to one invoice request, or to one for a cursor. Never holds values of an invoice. */
export type Answer = Result & { readonly route: CountedRoute; readonly durationMs: number }

/** The state of an invoice request, or of one for a cursor, from its first byte until its answer is made. */
export interface Exchange {
  readonly route: CountedRoute
  readonly startedAtMs: number
  /** `null` where nothing is traced. */
  readonly span: RequestSpan | null
  /** Who sent it; `null` if tokens are not asked for. */
  principal: Principal | null
  /** For the bounds of one sender; `null` until it is known. */
  sender: Sender | null
  /** The buffer share of the body; `null` when the request was refused before one was taken. */
  reservation: Reservation | null
  /** Gives back its place among the invoices in flight; `null` when it has none. */
  leave: ((isStored: boolean) => void) | null
}

declare module 'fastify' {
  interface FastifyRequest {
    /** `null` on other routes, and once the answer is made. */
    exchange: Exchange | null
  }
}

/**
 * Call it when the answer to a request is made. The first call for a request with an exchange gives back its reservation and
 * its place, and calls `onAnswer`. Later calls, and calls for other requests, do nothing. Every admitted request gets
 * here, even if its connection breaks: an unfinished body ends in the error handler.
 */
export function settle(request: FastifyRequest, onAnswer: (answer: Answer) => void, result: Result): void {
  const exchange = request.exchange
  if (exchange === null) return
  request.exchange = null
  exchange.reservation?.release()
  exchange.leave?.(result.kind === 'receipt' && !result.isReplay)
  if (result.kind !== 'cursor') exchange.span?.end(result)
  onAnswer({ ...result, route: exchange.route, durationMs: performance.now() - exchange.startedAtMs })
}

/** The exchange of a request whose head has just come. */
export function beginExchange(route: CountedRoute, span: RequestSpan | null = null): Exchange {
  return { route, startedAtMs: performance.now(), span, principal: null, sender: null, reservation: null, leave: null }
}

/** The buffer share of a request that was admitted; throws for any other. */
export function reservationOf({ exchange }: Pick<FastifyRequest, 'exchange'>): Reservation {
  if (exchange === null || exchange.reservation === null) throw new Error('the request was not admitted')
  return exchange.reservation
}
