import type { IncomingMessage, RequestListener } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { stopParsing } from './parsing.ts'

/** Clients send one request at a time nowadays, and proxies hand on one at a time. */
const MAX_REQUESTS = 8

/**
 * Closes a connection on which more than eight requests wait for their answers, or begin in one turn of the event loop.
 * Counting those that wait is not enough: refused requests are answered at once. Node reads up to 64 KB at a time, and
 * starts every request in them before it looks at another connection: that would be more than a thousand, with all
 * tills behind them. Call it before the app listens.
 */
export function boundPipelining(app: FastifyInstance): void {
  const waiting = new WeakMap<IncomingMessage['socket'], number>()
  /** Those that began in this turn of the event loop. */
  const begun = new Map<IncomingMessage['socket'], number>()
  const bounded: RequestListener = (request, response) => {
    const { socket } = request
    if (socket.destroyed) return
    if (begun.size === 0) setImmediate(() => begun.clear())
    const inThisTurn = (begun.get(socket) ?? 0) + 1
    begun.set(socket, inThisTurn)
    const count = (waiting.get(socket) ?? 0) + 1
    if (count > MAX_REQUESTS || inThisTurn > MAX_REQUESTS) {
      socket.destroy()
      stopParsing(socket)
      return
    }
    waiting.set(socket, count)
    response.on('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1))
    app.routing(request, response)
  }
  app.server.removeAllListeners('request')
  // The admission hook sends `100 Continue` to the requests that it admits.
  for (const event of ['request', 'checkContinue', 'checkExpectation']) app.server.on(event, bounded)
}
