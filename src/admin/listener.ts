import { type FastifyInstance, type FastifyReply, fastify } from 'fastify'
import type { Logger } from 'pino'
import { answerConnects } from '../http/client-error.ts'
import { trackRequests } from '../http/close-server.ts'
import { docsPage } from '../http/docs-page.ts'
import { errorAnswers } from '../http/error-answers.ts'
import { adoptOpenapi } from '../http/openapi.ts'
import { boundPipelining } from '../http/pipelining.ts'
import { ProblemSchema } from '../http/problem-document.ts'
import { problemPages } from '../http/problem-pages.ts'
import { checkRequest } from '../http/request-check.ts'
import { serverOptions } from '../http/server-options.ts'
import { closeBehindUnreadBody } from '../http/unread-body.ts'
import { consoleRoutes } from './console-routes.ts'
import { type Operations, operatorRoutes } from './operator-routes.ts'

export interface AdminListenerOptions {
  readonly host: string
  /** 0 takes any. */
  readonly port: number
  /** More connections than this are closed at once. */
  readonly maxConnections: number
  /** By which browsers may open the console, besides those that are always ours. */
  readonly names?: readonly string[]
  /** For requests that fail. */
  readonly logger: Logger
}

export interface AdminListener {
  /** Where it listens, e.g. `http://127.0.0.1:9464`. */
  readonly url: string
  /** Stops listening, waits half a second for answers that are under way, and closes every connection. */
  stop(): Promise<void>
}

/** A scrape is a short request without a body. */
const LIMITS = {
  maxInvoiceBytes: 1_024,
  requestTimeoutMs: 5_000,
  headersTimeoutMs: 5_000,
  /** Longer than the usual 15 s between two scrapes. */
  keepAliveTimeoutMs: 20_000,
  connectionTimeoutMs: 30_000,
}
const MAX_HEADER_BYTES = 8_192
const STOP_TIMEOUT_MS = 500

/**
 * The operator's listener: metrics, readiness with its reasons, the console, and the API's documentation if there is an
 * API. It shares nothing with the port of the tills, neither connections nor limits, so that it still answers when that
 * port is full or drains. It asks nobody who they are. Resolves once it listens; rejects with Node's error when it cannot.
 */
export async function startAdminListener(
  operations: Operations,
  { host, port, maxConnections, names = [], logger }: AdminListenerOptions,
): Promise<AdminListener> {
  const stamp = (reply: FastifyReply) => void reply.header('x-content-type-options', 'nosniff')
  const options = serverOptions({ ...LIMITS, logger }, stamp, null)
  const app: FastifyInstance = fastify({ ...options, http: { ...options.http, maxHeaderSize: MAX_HEADER_BYTES } })
  app.server.maxConnections = maxConnections
  boundPipelining(app)
  answerConnects(app.server, options.genReqId)
  app.decorateRequest('exchange', null)
  app.removeAllContentTypeParsers()
  app.addSchema(ProblemSchema)
  app.addHook('onRequest', checkRequest)
  app.addHook('onRequest', closeBehindUnreadBody)
  app.addHook('onSend', (_request, reply, _payload, done) => {
    stamp(reply)
    done()
  })
  errorAnswers(app, { senders: null, onAnswer: () => {} })
  operatorRoutes(app, operations)
  const { openapi, console: shown } = operations
  if (shown !== undefined) await consoleRoutes(app, shown, names)
  if (openapi !== null) {
    problemPages(app)
    // Invoices are not taken on this port, so there is nothing to try out.
    await adoptOpenapi(app, openapi)
    await docsPage(app, { tryItOut: false })
  }

  const requests = trackRequests(app)
  const listening = await app.listen({ host, port })
  return {
    url: listening.replace('//[::]:', '//[::1]:'),
    stop: () => {
      shown?.stop() // else the streams would be waited for
      return requests.close(STOP_TIMEOUT_MS)
    },
  }
}
