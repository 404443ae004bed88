import { errorCodes } from 'fastify'
import { Problem } from '../errors.ts'
import type { CountedRoute } from './exchange.ts'

const { FST_ERR_BAD_URL, FST_ERR_MAX_PARAM_LENGTH } = errorCodes
const { FST_ERR_CTP_BODY_TOO_LARGE, FST_ERR_CTP_INVALID_MEDIA_TYPE, FST_ERR_CTP_INVALID_CONTENT_LENGTH } = errorCodes

const BAD_PATH = new Problem('bad-request', 'The path is not as documented.')
const BAD_FIELDS = new Problem('bad-request', 'The header fields ask for what is not there.')
/** There is nothing at the path, or nothing that anybody may know of. */
export const NOT_FOUND = new Problem('not-found', 'There is nothing at this path.')
const UNSUPPORTED = new Problem('unsupported-media-type', 'The Content-Type is not supported.', {
  headers: { accept: 'application/json' },
})

/** The answer to a body that broke off. */
export function incomplete(cause?: unknown): Problem {
  const detail = 'The request did not arrive completely in time. Send the same document again.'
  return new Problem('request-timeout', detail, { cause })
}

/**
 * The problem that an error is answered with. Fastify's own errors are recognised by their class. What Fastify or a
 * plugin blames on the client is a 4xx, whichever error it is. Any other is `internal-error`. No message is repeated,
 * because it may quote the request. A body that broke off is never a permanent 4xx: the next attempt may arrive complete.
 * `route`: that of a request whose answer is counted.
 */
export function toProblem(error: unknown, route?: CountedRoute): Problem {
  if (error instanceof Problem) return error
  if (error instanceof FST_ERR_BAD_URL || error instanceof FST_ERR_MAX_PARAM_LENGTH) return BAD_PATH
  if (error instanceof FST_ERR_CTP_BODY_TOO_LARGE) return tooLarge(route)
  if (error instanceof FST_ERR_CTP_INVALID_MEDIA_TYPE) return UNSUPPORTED
  if (error instanceof FST_ERR_CTP_INVALID_CONTENT_LENGTH || isReset(error)) return incomplete(error)
  const status = clientStatus(error)
  if (status === 403 || status === 404) return NOT_FOUND
  if (status !== undefined) return BAD_FIELDS
  return new Problem('internal-error', 'The gateway failed. Send the same document again.', { cause: error })
}

const INVOICE_TOO_LARGE = new Problem('too-large', 'The invoice is longer than this gateway accepts.')
const UPLOAD_TOO_LARGE = new Problem(
  'upload-too-large',
  'The upload is longer than this gateway accepts. Send it in parts.',
)

/** The answer to a body that is too long. An upload can be sent in parts, an invoice cannot. */
export function tooLarge(route: CountedRoute | undefined): Problem {
  return route === 'upload' ? UPLOAD_TOO_LARGE : INVOICE_TOO_LARGE
}

/**
 * The 4xx that an error of Fastify or a plugin has, such as @fastify/static for a path with a zero byte or a range beyond
 * the end of a file. They make their errors with `@fastify/error` or `http-errors`. A status that another error happens
 * to have says nothing about the client.
 */
function clientStatus(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined
  const { name, statusCode = 0, expose } = error as Error & { statusCode?: number; expose?: boolean }
  const isForClient = name === 'FastifyError' || expose === true
  return isForClient && statusCode >= 400 && statusCode < 500 ? statusCode : undefined
}

/** Node has no class for socket errors, only codes. */
function isReset(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ECONNRESET'
}
