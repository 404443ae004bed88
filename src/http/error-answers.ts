import { errorCodes, type FastifyInstance, type FastifyReply, type FastifyRequest, type HTTPMethods } from 'fastify'
import type { Senders } from '../admission/senders.ts'
import { Problem } from '../errors.ts'
import { announcedLength } from './announced-length.ts'
import { clientAddress } from './client-address.ts'
import { type Answer, settle } from './exchange.ts'
import { answerLate } from './late-answer.ts'
import { passOver } from './linger.ts'
import { sendProblem } from './problem-document.ts'
import { NOT_FOUND, toProblem } from './to-problem.ts'
import { takesBody } from './unread-body.ts'

/** At most this much of a refused body is read and discarded to keep its connection open. */
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024

/** What a request takes that is refused, and passing over its body: about. */
const REFUSING_MS = 0.1
/** What it counts as if its sender is at fault. That is more than it takes: nobody needs a thousand of them a second. */
const FAULT_MS = 0.4
const DISCARDING_MS_PER_BYTE = 3e-7
/** What passing over a body in chunks costs: each chunk takes time, and `linger.ts` bounds the number of tiny ones. */
const CHUNKS_MS = 2

const { FST_ERR_ROUTE_MISSING_CONTENT_TYPE } = errorCodes

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']

export interface RefusalDeps {
  /** Who pays for what is refused; `null`: nobody does. */
  readonly senders: Senders | null
  /** Called for every request with an exchange that is refused. */
  readonly onAnswer: (answer: Answer) => void
}

/**
 * Answers a request with a problem. Calls `onAnswer` if it has an exchange. Errors that routes throw get here
 * through Fastify's error handler. The admission hook calls it directly: it refuses most when there is least time.
 */
export function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem,
  { senders, onAnswer }: RefusalDeps,
): FastifyReply {
  const paid = pay(request, problem, senders)
  const { status, slug, cause, bound } = paid
  settle(request, onAnswer, { kind: 'problem', status, slug, cause, ...(bound === undefined ? {} : { bound }) })
  // Fastify closes connections that can be kept.
  reply.removeHeader('connection')
  return answer(request, reply, paid)
}

/** The same for a request that Fastify refuses before it is anything. */
export function refuseUnread(request: FastifyRequest, reply: FastifyReply, problem: Problem, senders: Senders | null) {
  return answer(request, reply, pay(request, problem, senders))
}

/** Charges a refusal to its sender, or else to its address: that may be refused for it instead. */
function pay(request: FastifyRequest, problem: Problem, senders: Senders | null): Problem {
  const ms = REFUSING_MS + (request.raw.complete ? 0 : discardingMs(request))
  const sender = request.exchange?.sender
  const isFault = problem.bound === undefined && problem.status < 500
  if (sender) sender.charge(isFault ? FAULT_MS + ms : ms)
  if (sender || senders === null) return problem
  const stranger = senders.stranger(clientAddress(request))
  stranger.charge(ms)
  return senders.strangerObstacle(stranger) ?? problem
}

/**
 * Answers every other failure with a problem: errors that routes and hooks throw, requests that Fastify refuses, and
 * requests without a route (404, or 405 with `Allow` if the path has other methods). A 500 has a log line with the id
 * that the problem document says.
 */
export function errorAnswers(app: FastifyInstance, deps: RefusalDeps): void {
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
    return refuse(request, reply, problem, deps)
  })

  app.setNotFoundHandler((request, reply) => refuse(request, reply, withoutRoute(request), deps))
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
  const bytes = announcedLength(raw.headers)
  return bytes === null ? CHUNKS_MS : Math.min(bytes, MAX_DISCARDED_BYTES) * DISCARDING_MS_PER_BYTE
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/'
}

/** Whoever takes too much time gets the answer late; the rest of what it sent is passed over. */
function answer(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const isClosed = isClosing(request, problem)
  passOver(request.raw, reply.raw, isClosed)
  if (isClosed) reply.header('connection', 'close')
  if (isClosed || problem.bound !== 'sender-time') return sendProblem(reply, problem)
  answerLate(reply, () => void sendProblem(reply, problem))
  return reply
}

/**
 * Whether the connection is closed behind the answer while a refused body still arrives. Usually it is kept, because a new
 * connection costs more than an answer, and the rest of the body is passed over (within `requestTimeoutMs`). The connection is closed if the rest is too long for that, if no route takes a body with
 * this method, or if the client waits for `100 Continue`: nobody can know then whether its body will still come. It is
 * closed, too, if nobody knows how long the rest is and a bound on load refused the request: then each chunk would cost.
 */
function isClosing({ raw: { complete, headers, method } }: FastifyRequest, { bound }: Problem): boolean {
  if (complete) return false
  if (Number(headers['content-length']) > MAX_DISCARDED_BYTES || headers.expect !== undefined) return true
  return headers['transfer-encoding'] !== undefined && (bound !== undefined || !takesBody(method))
}
