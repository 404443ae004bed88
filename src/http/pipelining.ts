import type { IncomingMessage, RequestListener } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** Clients send one request at a time nowadays, and proxies hand on one at a time. */
const MAX_WAITING = 8

/**
 * Closes a connection on which more than eight requests wait for their answers. Node reads up to 64 KB at a time, and
 * starts every request in them before it looks at another connection: that would be more than a thousand, with all
 * tills behind them. Call it before the app listens.
 */
export function boundPipelining(app: FastifyInstance): void {
  const waiting = new WeakMap<IncomingMessage['socket'], number>()
  const bounded: RequestListener = (request, response) => {
    const { socket } = request
    if (socket.destroyed) return
    const count = (waiting.get(socket) ?? 0) + 1
    if (count > MAX_WAITING) {
      socket.destroy()
      return
    }
    waiting.set(socket, count)
    response.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1))
    app.routing(request, response)
  }
  app.server.removeAllListeners('request')
  // The admission hook sends `100 Continue` to the requests that it admits.
  for (const event of ['request', 'checkContinue', 'checkExpectation']) app.server.on(event, bounded)
}
