import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import { Problem } from '../errors.ts'
import { type Answer, settle } from './exchange.ts'
import { sendProblem } from './problem-document.ts'
import { toProblem } from './to-problem.ts'

/** How much of a refused body is read and thrown away to keep its connection, at most. */
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']

/**
 * Answers a request with a problem, and tells `onAnswer` where the request is one for invoices. What routes throw gets
 * here through Fastify's error handling; the admission hook, which refuses most when there is least time, calls it.
 */
export function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem,
  onAnswer: (answer: Answer) => void,
): FastifyReply {
  const { status, slug, cause } = problem
  settle(request, onAnswer, { kind: 'problem', status, slug, cause })
  keepOrClose(request, reply)
  return sendProblem(reply, problem)
}

/**
 * Every other answer that is no success: what routes and hooks throw, what Fastify refuses itself, and requests for
 * which there is no route (404, or 405 with `Allow` where other methods of the path exist).
 */
export function errorAnswers(app: FastifyInstance, onAnswer: (answer: Answer) => void): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error)
    // Failed invoices are reported, and logged, through `onAnswer`.
    if (problem.slug === 'internal-error' && request.exchange === null)
      request.log.error({ err: problem.cause }, 'request failed')
    return refuse(request, reply, problem, onAnswer)
  })

  app.setNotFoundHandler((request, reply) => {
    const allowed = METHODS.filter((method) => app.findRoute({ method, url: pathOf(request) }) !== null)
    const otherMethods = allowed.length > 0 && !allowed.includes(request.method as HTTPMethods)
    return refuse(request, reply, otherMethods ? methodNotAllowed(allowed) : NOT_FOUND, onAnswer)
  })
}

const NOT_FOUND = new Problem('not-found', 'There is nothing at this path.')

function methodNotAllowed(allowed: readonly string[]): Problem {
  return new Problem('method-not-allowed', 'This path does not take the method of the request.', {
    headers: { allow: allowed.join(', ') },
  })
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/'
}

/**
 * A client that is still sending when its connection is closed loses the answer to a reset, would take that for a
 * failure that may heal, and would send the same refused document for ever. So the rest of a refused body is read and
 * thrown away by Node (within `requestTimeoutMs`) and the connection stays. It is closed where the rest is too long for
 * that, and where the client waits for `100 Continue`: whether its body still comes cannot be known then.
 */
function keepOrClose(request: FastifyRequest, reply: FastifyReply): void {
  const { complete, headers } = request.raw
  const tooLong = Number(headers['content-length']) > MAX_DISCARDED_BYTES
  if (!complete && (tooLong || headers.expect !== undefined)) reply.header('connection', 'close')
  else reply.removeHeader('connection')
}
