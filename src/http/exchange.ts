import type { FastifyRequest } from 'fastify'
import type { Reservation } from '../admission/buffer-memory.ts'
import type { ProblemSlug } from '../errors.ts'
import type { Identity } from '../invoice/identity.ts'
import type { UploadSummary } from './upload-answer.ts'

export type InvoiceRoute = 'post' | 'put' | 'upload'

/** What an invoice request gets: a receipt, an answer for each invoice of an upload, or a problem for all of it. */
type Result =
  | { readonly kind: 'receipt'; readonly status: 201; readonly identity: Identity }
  | { readonly kind: 'upload'; readonly status: 200 | 207; readonly summary: UploadSummary }
  | { readonly kind: 'problem'; readonly status: number; readonly slug: ProblemSlug; readonly cause: unknown }

/** What was answered to one invoice request. Never holds values of an invoice. */
export type Answer = Result & { readonly route: InvoiceRoute; readonly durationMs: number }

/** What is remembered of an invoice request from its first byte until its answer is made. */
export interface Exchange {
  readonly route: InvoiceRoute
  readonly startedAtMs: number
  /** The buffer share of the body; `null` when the request was refused before one was taken. */
  reservation: Reservation | null
  /** Gives its place among those under way back; `null` when it has none. */
  leave: ((isStored: boolean) => void) | null
}

declare module 'fastify' {
  interface FastifyRequest {
    /** `null` on other routes, and as soon as the answer is made. */
    exchange: Exchange | null
  }
}

/**
 * To be called when the answer to a request is made. The first call on an invoice request gives its reservation back
 * and tells `onAnswer`; on any other request, and from the second call on, nothing happens. Every admitted request
 * gets here, also one whose connection breaks: an unfinished body ends in the error handler.
 */
export function settle(request: FastifyRequest, onAnswer: (answer: Answer) => void, result: Result): void {
  const exchange = request.exchange
  if (exchange === null) return
  request.exchange = null
  exchange.reservation?.release()
  exchange.leave?.(result.kind === 'receipt')
  onAnswer({ ...result, route: exchange.route, durationMs: performance.now() - exchange.startedAtMs })
}

/** The buffer share of a request that was admitted; throws for any other. */
export function reservationOf({ exchange }: Pick<FastifyRequest, 'exchange'>): Reservation {
  if (exchange === null || exchange.reservation === null) throw new Error('the request was not admitted')
  return exchange.reservation
}
