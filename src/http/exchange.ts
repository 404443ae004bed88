import type { FastifyRequest } from 'fastify'
import type { Reservation } from '../admission/buffer-memory.ts'
import type { Sender } from '../admission/senders.ts'
import type { Principal } from '../auth/principal.ts'
import type { LoadBound, ProblemSlug } from '../errors.ts'
import type { Identity } from '../invoice/identity.ts'
import type { RequestSpan } from '../tracing/request-span.ts'
import type { UploadSummary } from './upload-answer.ts'

export type InvoiceRoute = 'post' | 'put' | 'upload'

/** What an invoice request gets: a receipt, an answer for each invoice of an upload, or a problem for all of it. */
type Result =
  | {
      readonly kind: 'receipt'
      readonly status: 200 | 201
      readonly identity: Identity
      /** Whether the invoice was in Kafka before. */
      readonly isReplay: boolean
    }
  | { readonly kind: 'upload'; readonly status: 200 | 207; readonly summary: UploadSummary }
  | {
      readonly kind: 'problem'
      readonly status: number
      readonly slug: ProblemSlug
      readonly cause: unknown
      readonly bound?: LoadBound | undefined
    }

/** The answer to one invoice request. Never holds values of an invoice. */
export type Answer = Result & { readonly route: InvoiceRoute; readonly durationMs: number }

/** The state of an invoice request, from its first byte until its answer is made. */
export interface Exchange {
  readonly route: InvoiceRoute
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
    /** Who asks for a cursor; `null` on other routes, and until it is known. */
    reader: Sender | null
  }
}

/**
 * Call it when the answer to a request is made. The first call for an invoice request gives back its reservation and
 * its place, and calls `onAnswer`. Later calls, and calls for other requests, do nothing. Every admitted request gets
 * here, even if its connection breaks: an unfinished body ends in the error handler.
 */
export function settle(request: FastifyRequest, onAnswer: (answer: Answer) => void, result: Result): void {
  const exchange = request.exchange
  if (exchange === null) return
  request.exchange = null
  exchange.reservation?.release()
  exchange.leave?.(result.kind === 'receipt' && !result.isReplay)
  exchange.span?.end(result)
  onAnswer({ ...result, route: exchange.route, durationMs: performance.now() - exchange.startedAtMs })
}

/** The buffer share of a request that was admitted; throws for any other. */
export function reservationOf({ exchange }: Pick<FastifyRequest, 'exchange'>): Reservation {
  if (exchange === null || exchange.reservation === null) throw new Error('the request was not admitted')
  return exchange.reservation
}
