import { errorCodes } from 'fastify'
import { Problem } from '../errors.ts'
import type { InvoiceRoute } from './exchange.ts'

const { FST_ERR_BAD_URL, FST_ERR_MAX_PARAM_LENGTH, FST_ERR_NOT_FOUND } = errorCodes
const { FST_ERR_CTP_BODY_TOO_LARGE, FST_ERR_CTP_INVALID_MEDIA_TYPE, FST_ERR_CTP_INVALID_CONTENT_LENGTH } = errorCodes

const BAD_PATH = new Problem('bad-request', 'The path is not as documented.')
const NOT_FOUND = new Problem('not-found', 'There is nothing at this path.')
const UNSUPPORTED = new Problem('unsupported-media-type', 'The Content-Type is not supported.', {
  headers: { accept: 'application/json' },
})

/** The answer to a body that broke off. */
export function incomplete(cause?: unknown): Problem {
  const detail = 'The request did not arrive completely in time. Send the same document again.'
  return new Problem('request-timeout', detail, { cause })
}

/**
 * The problem that an error is answered with. Fastify's own errors are recognised by their class. An unknown error is
 * `internal-error` without its message, because a message may quote the request. A body that broke off is never a
 * permanent 4xx: the next attempt may arrive complete.
 * `route`: that of an invoice request.
 */
export function toProblem(error: unknown, route?: InvoiceRoute): Problem {
  if (error instanceof Problem) return error
  if (error instanceof FST_ERR_BAD_URL || error instanceof FST_ERR_MAX_PARAM_LENGTH) return BAD_PATH
  if (error instanceof FST_ERR_NOT_FOUND) return NOT_FOUND
  if (error instanceof FST_ERR_CTP_BODY_TOO_LARGE) return tooLarge(route)
  if (error instanceof FST_ERR_CTP_INVALID_MEDIA_TYPE) return UNSUPPORTED
  if (error instanceof FST_ERR_CTP_INVALID_CONTENT_LENGTH || isReset(error)) return incomplete(error)
  return new Problem('internal-error', 'The gateway failed. Send the same document again.', { cause: error })
}

const INVOICE_TOO_LARGE = new Problem('too-large', 'The invoice is longer than this gateway accepts.')
const UPLOAD_TOO_LARGE = new Problem(
  'upload-too-large',
  'The upload is longer than this gateway accepts. Send it in parts.',
)

/** The answer to a body that is too long. An upload can be sent in parts, an invoice cannot. */
export function tooLarge(route: InvoiceRoute | undefined): Problem {
  return route === 'upload' ? UPLOAD_TOO_LARGE : INVOICE_TOO_LARGE
}

/** Node has no class for socket errors, only codes. */
function isReset(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ECONNRESET'
}
