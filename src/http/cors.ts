import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Senders } from '../admission/senders.ts'
import { methodsAt } from './error-answers.ts'
import { chargeAddress } from './page-bound.ts'

/** Besides the fields that every page may send. */
const REQUEST_FIELDS = 'authorization, content-type, content-encoding, idempotency-key, traceparent, tracestate'
/** Besides the fields that every page may read. */
const ANSWER_FIELDS = 'location, retry-after, www-authenticate, idempotent-replayed, ratelimit, ratelimit-policy'
/** No browser remembers a preflight for longer. */
const MAX_AGE_SECONDS = 7_200
/** About what a preflight takes of the main thread. */
const PREFLIGHT_MS = 0.1

/**
 * Lets tills that run in a browser read the answers, if their page is of one of these origins (CORS). Without any, no
 * answer has a field of it. A preflight, the question of a browser whether it may send, needs no token: browsers send
 * none with it. So it is nobody's, and bounded by address. Cookies are never asked for.
 *
 * Not @fastify/cors: that answers OPTIONS on every path, and what is no preflight with a text. Here both stay problem
 * documents, 404 and 405.
 */
export function allowOrigins(app: FastifyInstance, origins: readonly string[], senders: Senders): void {
  if (origins.length === 0) return
  const allowed = new Set(origins)

  app.addHook('onRequest', (request, reply, done) => {
    const methods = isPreflight(request) && allowed.has(request.headers.origin ?? '') ? methodsAt(app, request) : []
    if (methods.length === 0) {
      done()
      return
    }
    const obstacle = chargeAddress(request, senders, PREFLIGHT_MS)
    if (obstacle !== null) {
      done(obstacle)
      return
    }
    reply
      .code(204)
      .header('access-control-allow-methods', methods.join(', '))
      .header('access-control-allow-headers', REQUEST_FIELDS)
      .header('access-control-max-age', MAX_AGE_SECONDS)
      .send()
  })

  app.addHook('onSend', ({ headers }, reply, _payload, done) => {
    const vary = reply.getHeader('vary')
    reply.header('vary', vary === undefined ? 'origin' : `${vary}, origin`)
    if (headers.origin !== undefined && allowed.has(headers.origin)) {
      reply.header('access-control-allow-origin', headers.origin)
      reply.header('access-control-expose-headers', ANSWER_FIELDS)
    }
    done()
  })
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}
