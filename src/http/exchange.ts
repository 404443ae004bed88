import type { FastifyRequest } from 'fastify'
import type { Reservation } from '../admission/buffer-memory.ts'
import type { ProblemSlug } from '../errors.ts'
import type { Identity } from '../invoice/identity.ts'
import type { UploadSummary } from './upload-answer.ts'

export type InvoiceRoute = 'post' | 'put' | 'upload'

/** What was answered to one invoice request. Never holds values of the invoice. */
export interface Answer {
  readonly route: InvoiceRoute
  readonly status: number
  readonly slug: ProblemSlug | undefined
  readonly durationMs: number
  readonly identity: Identity | undefined
  readonly cause?: unknown
  /** How many invoices of an upload were answered how. */
  readonly upload?: UploadSummary
}

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
export function settle(
  request: FastifyRequest,
  onAnswer: (answer: Answer) => void,
  answer: Pick<Answer, 'status' | 'slug' | 'identity' | 'cause' | 'upload'>,
): void {
  const exchange = request.exchange
  if (exchange === null) return
  request.exchange = null
  exchange.reservation?.release()
  exchange.leave?.(answer.status === 201)
  onAnswer({
    route: exchange.route,
    status: answer.status,
    slug: answer.slug,
    durationMs: performance.now() - exchange.startedAtMs,
    identity: answer.identity,
    cause: answer.cause,
    ...(answer.upload === undefined ? {} : { upload: answer.upload }),
  })
}
