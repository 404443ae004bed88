import { errorCodes, type FastifyInstance, type FastifyReply, type FastifyRequest, type HTTPMethods } from 'fastify'
import { Problem } from '../errors.ts'
import { announcedLength } from './announced-length.ts'
import { type Answer, settle } from './exchange.ts'
import { sendProblem } from './problem-document.ts'
import { NOT_FOUND, toProblem } from './to-problem.ts'

/** At most this much of a refused body is read and discarded to keep its connection open. */
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024

/** What a request takes that is refused, and reading its body to throw it away: about. */
const REFUSING_MS = 0.1
const DISCARDING_MS_PER_BYTE = 1e-6
/** What a body is taken for that comes in chunks: it may be small. */
const UNKNOWN_BYTES = 2 ** 20

const { FST_ERR_ROUTE_MISSING_CONTENT_TYPE } = errorCodes

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']

/**
 * Answers a request with a problem. Calls `onAnswer` if it is an invoice request. Errors that routes throw get here
 * through Fastify's error handler. The admission hook calls it directly: it refuses most when there is least time.
 */
export function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem,
  onAnswer: (answer: Answer) => void,
): FastifyReply {
  const { status, slug, cause, bound } = problem
  request.exchange?.sender?.charge(REFUSING_MS + (request.raw.complete ? 0 : discardingMs(request)))
  settle(request, onAnswer, { kind: 'problem', status, slug, cause, ...(bound === undefined ? {} : { bound }) })
  keepOrClose(request, reply)
  return sendProblem(reply, problem)
}

/**
 * Answers every other failure with a problem: errors that routes and hooks throw, requests that Fastify refuses, and
 * requests without a route (404, or 405 with `Allow` if the path has other methods). A 500 has a log line with the id
 * that the problem document says.
 */
export function errorAnswers(app: FastifyInstance, onAnswer: (answer: Answer) => void): void {
  const withoutRoute = (request: FastifyRequest) => {
    const allowed = methodsAt(app, request)
    const otherMethods = allowed.length > 0 && !allowed.includes(request.method as HTTPMethods)
    return otherMethods ? methodNotAllowed(allowed) : NOT_FOUND
  }

  app.setErrorHandler((error, request, reply) => {
    // Fastify asks for the type of what QUERY asks before it looks for a route, and there is none.
    const hasNoRoute = error instanceof FST_ERR_ROUTE_MISSING_CONTENT_TYPE
    const problem = hasNoRoute ? withoutRoute(request) : toProblem(error, request.exchange?.route)
    if (problem.slug === 'internal-error') logFailure(request, problem)
    return refuse(request, reply, problem, onAnswer)
  })

  app.setNotFoundHandler((request, reply) => refuse(request, reply, withoutRoute(request), onAnswer))
}

/** Logs a 500. The logger leaves out the message of the cause. */
export function logFailure({ id, method, log, routeOptions }: FastifyRequest, { cause }: Problem): void {
  log.error({ requestId: id, method, route: routeOptions.url, cause }, 'a request failed: answered 500')
}

/** The methods that the path of a request takes; none if there is nothing. */
export function methodsAt(app: FastifyInstance, request: FastifyRequest): HTTPMethods[] {
  return METHODS.filter((method) => app.findRoute({ method, url: pathOf(request) }) !== null)
}

function methodNotAllowed(allowed: readonly string[]): Problem {
  return new Problem('method-not-allowed', 'This path does not take the method of the request.', {
    headers: { allow: allowed.join(', ') },
  })
}

/** What a refused body costs: it counts against its sender. */
function discardingMs({ raw }: FastifyRequest): number {
  const bytes = announcedLength(raw.headers) ?? UNKNOWN_BYTES
  return Math.min(bytes, MAX_DISCARDED_BYTES) * DISCARDING_MS_PER_BYTE
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/'
}

/**
 * Keeps the connection open while a refused body still arrives. If it were closed, a client that is still sending would
 * lose the answer to a reset, take that for a temporary failure, and send the same refused document for ever. So Node
 * reads and discards the rest of the body (within `requestTimeoutMs`). The connection is closed if the rest is too long
 * for that, or if the client waits for `100 Continue`: nobody can know then whether its body will still come.
 */
function keepOrClose(request: FastifyRequest, reply: FastifyReply): void {
  const { complete, headers } = request.raw
  const tooLong = Number(headers['content-length']) > MAX_DISCARDED_BYTES
  if (!complete && (tooLong || headers.expect !== undefined)) reply.header('connection', 'close')
  else reply.removeHeader('connection')
}
