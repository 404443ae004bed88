import type { IncomingMessage, RequestListener } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** Clients send one request at a time nowadays, and proxies hand on one at a time. */
const MAX_REQUESTS = 8

/** Of Node's parser: what it calls for each request, and the answer after which it reads no further. */
const ON_HEADERS_COMPLETE = 2
const READ_NO_FURTHER = 2

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
    response.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1))
    app.routing(request, response)
  }
  app.server.removeAllListeners('request')
  // The admission hook sends `100 Continue` to the requests that it admits.
  for (const event of ['request', 'checkContinue', 'checkExpectation']) app.server.on(event, bounded)
}

interface Parser {
  [ON_HEADERS_COMPLETE]?: () => number
}

/**
 * Node parses what it has read to its end, also when the connection is closed meanwhile, and ends each request that it
 * finds there with an error of its own: 64 KB of short requests take 30 ms. It offers nothing against that; a test says
 * whether this, which it does not document (`lib/_http_common.js`), still works. Node uses the parser again for another
 * connection, so it is as it was before this turn of the event loop ends.
 */
function stopParsing({ parser }: IncomingMessage['socket'] & { parser?: Parser | null }): void {
  const onHeadersComplete = parser?.[ON_HEADERS_COMPLETE]
  if (!parser || onHeadersComplete === undefined) return
  const restore = () => {
    parser[ON_HEADERS_COMPLETE] = onHeadersComplete
  }
  parser[ON_HEADERS_COMPLETE] = () => {
    restore()
    return READ_NO_FURTHER
  }
  process.nextTick(restore)
}
