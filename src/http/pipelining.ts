import type { IncomingMessage, RequestListener } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** Clients send one request at a time nowadays, and proxies hand on one at a time. */
const MAX_REQUESTS = 8

/** The requests of one connection. */
interface Requests {
  /** Those that wait for their answers. */
  waiting: number
  /** Those that began in `turn`. */
  begun: number
  turn: number
}

/** Of Node's parser: what it calls for each request, and the answer after which it reads no further. */
const ON_HEADERS_COMPLETE = 2
const READ_NO_FURTHER = 2

/**
 * Closes a connection on which more than eight requests wait for their answers, or begin in one turn of the event loop:
 * those that are refused are answered at once, and would never be too many. Node reads up to 64 KB at a time, and
 * starts every request in them before it looks at another connection: that would be more than a thousand, with all
 * tills behind them. Call it before the app listens.
 */
export function boundPipelining(app: FastifyInstance): void {
  const connections = new WeakMap<IncomingMessage['socket'], Requests>()
  let turn = 0
  let isCounted = false
  /** The number of this turn of the event loop. Nothing is counted while no requests come. */
  function thisTurn(): number {
    if (!isCounted) {
      isCounted = true
      setImmediate(() => {
        isCounted = false
        turn++
      })
    }
    return turn
  }

  const bounded: RequestListener = (request, response) => {
    const { socket } = request
    if (socket.destroyed) return
    const requests = connections.get(socket) ?? { waiting: 0, begun: 0, turn: 0 }
    connections.set(socket, requests)
    const now = thisTurn()
    if (requests.turn !== now) requests.begun = 0
    requests.turn = now
    requests.begun++
    requests.waiting++
    if (requests.waiting > MAX_REQUESTS || requests.begun > MAX_REQUESTS) {
      socket.destroy()
      stopParsing(socket)
      return
    }
    response.once('close', () => requests.waiting--)
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
