import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import { type FastifyBaseLogger, type FastifyHttpOptions, type FastifyReply, LogController } from 'fastify'
import type { Senders } from '../admission/senders.ts'
import { trustIn } from './client-address.ts'
import { answerClientError } from './client-error.ts'
import { logFailure, refuseUnread } from './error-answers.ts'
import { sharedSerializers } from './serializers.ts'
import type { TlsOptions } from './tls.ts'
import { toProblem } from './to-problem.ts'

export interface ServerOptions {
  /** The longest invoice body that is read. */
  maxInvoiceBytes: number
  /** Time-out from the first byte of a request to the last byte of its body. */
  requestTimeoutMs: number
  /** Time-out from the first byte to the end of the header fields. Default: `requestTimeoutMs`, at most 10 s. */
  headersTimeoutMs?: number | undefined
  /** How long an idle connection stays open. It must be longer than the load balancer in front keeps it. */
  keepAliveTimeoutMs: number
  /**
   * A connection that carries nothing for this long is closed. Longer than the longest answer takes. Default: 120 s.
   */
  connectionTimeoutMs?: number | undefined
  /** Addresses and networks of proxies that say whose request it is. Default: none. */
  trustedProxies?: readonly string[] | undefined
  logger: false | FastifyBaseLogger
  /** Makes the app speak HTTPS. */
  tls?: TlsOptions | undefined
}

/**
 * Fastify's options: every wait on a client is bounded, nothing a client sends is trusted, requests are not logged.
 * `stamp` sets the header fields that every answer has. It is called here for answers that Fastify sends before its
 * hooks run. `senders` pay for what is refused.
 */
export function serverOptions(options: ServerOptions, stamp: (reply: FastifyReply) => void, senders: Senders | null) {
  const { requestTimeoutMs } = options
  const newId = requestIds()
  return {
    ...(options.logger === false ? { logger: false } : { loggerInstance: errorsOnly(options.logger) }),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: newId,
    // A logger of its own for each request would cost more than the rest of its way here.
    childLoggerFactory: (logger) => logger,
    requestIdHeader: false,
    ...trustIn(options.trustedProxies ?? []),
    schemaController: { compilersFactory: { buildSerializer: sharedSerializers } },
    bodyLimit: options.maxInvoiceBytes,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: options.keepAliveTimeoutMs,
    connectionTimeout: options.connectionTimeoutMs ?? 120_000,
    http: {
      // `checkRequest` answers instead, with a problem document.
      requireHostHeader: false,
      headersTimeout: options.headersTimeoutMs ?? Math.min(10_000, requestTimeoutMs),
      requestTimeout: requestTimeoutMs,
      // How late a time-out may be noticed. Node's default of 30 s would double most of them.
      connectionsCheckingInterval: Math.min(1_000, Math.ceil(requestTimeoutMs / 4)),
    },
    // The admission hook answers while draining, with a problem document.
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => answerClientError(error, socket, newId()),
    frameworkErrors: (error, request, reply) => {
      stamp(reply)
      const problem = toProblem(error)
      if (problem.slug === 'internal-error') logFailure(request, problem)
      refuseUnread(request, reply, problem, senders)
    },
  } satisfies FastifyHttpOptions<Server>
}

/** Fastify logs that it listens; whoever starts a server says that in its own words. */
function errorsOnly(logger: FastifyBaseLogger): FastifyBaseLogger {
  return logger.level === 'silent' || logger.level === 'fatal' ? logger : logger.child({}, { level: 'error' })
}

/**
 * Request ids, for problem documents and log lines: a prefix for the process and a counter. Ids that clients send are
 * ignored.
 */
function requestIds(): () => string {
  const prefix = randomBytes(4).toString('hex')
  let count = 0
  return () => `${prefix}-${(++count).toString(36)}`
}
