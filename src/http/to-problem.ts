import type { FastifyError } from 'fastify'
import { Problem } from '../errors.ts'
import type { Violation } from '../invoice/violation.ts'

const INCOMPLETE = 'The request did not arrive completely in time. Send the same document again.'

/**
 * The problem that an error is answered with. Fastify's own errors are told by their code; everything unknown is
 * `internal-error` with nothing of its message, since a message may quote the request. A body that broke off is never
 * a permanent 4xx: the next attempt may arrive whole.
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const { code, validation, validationContext } = (error ?? {}) as Partial<FastifyError>
  switch (code) {
    case 'FST_ERR_VALIDATION':
      return new Problem('bad-request', 'A path or header parameter is not as documented.', {
        errors: violations(validation, validationContext),
      })
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new Problem('bad-request', 'The path is not as documented.')
    case 'FST_ERR_NOT_FOUND':
      return new Problem('not-found', 'There is nothing at this path.')
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Problem('too-large', 'The body is longer than this gateway accepts.')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem('unsupported-media-type', 'The Content-Type is not supported.', {
        headers: { accept: 'application/json' },
      })
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'ECONNRESET':
      return new Problem('request-timeout', INCOMPLETE, { cause: error })
    default:
      return new Problem('internal-error', 'The gateway failed. Send the same document again.', { cause: error })
  }
}

const PLACES: Readonly<Record<string, string>> = { params: '/path', headers: '/headers', querystring: '/query' }

function violations(validation: FastifyError['validation'], context: string | undefined): Violation[] {
  return (validation ?? []).map((found) => ({
    pointer: `${PLACES[context ?? ''] ?? ''}${found.instancePath}`,
    code: 'parameter',
    detail: found.message ?? 'not as documented',
  }))
}
