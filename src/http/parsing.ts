import type { IncomingMessage } from 'node:http'

/**
 * Of Node's parser: what it calls for each request, each piece of a body, and the end of each message. Node does not
 * document it (`lib/_http_common.js`), and offers nothing in its place; tests say whether it still works. Node uses a
 * parser again for another connection, so it is as it was when a connection is closed.
 */
const ON_HEADERS_COMPLETE = 2
const ON_BODY = 3
const ON_MESSAGE_COMPLETE = 4
/** An answer to `ON_HEADERS_COMPLETE`. */
const READ_NO_FURTHER = 2

interface Parser {
  [ON_HEADERS_COMPLETE]?: () => number
  [ON_BODY]?: (() => void) | undefined
  [ON_MESSAGE_COMPLETE]?: () => void
}

type Socket = IncomingMessage['socket'] & { parser?: Parser | null }

/**
 * Passes over the requests that still come on a connection that is being closed. Without this, Node parses what it has
 * read to its end, and starts all that it finds there: 64 KB of short requests take 30 ms.
 */
export function stopParsing(socket: Socket): void {
  const { parser } = socket
  const onHeadersComplete = parser?.[ON_HEADERS_COMPLETE]
  if (!parser || onHeadersComplete === undefined) return
  parser[ON_HEADERS_COMPLETE] = () => READ_NO_FURTHER
  socket.once('close', () => {
    parser[ON_HEADERS_COMPLETE] = onHeadersComplete
  })
}

/** What is told of a body that is passed over. */
interface Discarding {
  /** Called for each piece of it, until it returns `false`. Each call takes 1.5 µs. */
  readonly onPiece: (() => boolean) | undefined
  /** Called when all of it has come, or its connection is closed. */
  readonly onOver: () => void
}

const discarding = new WeakSet<IncomingMessage>()

/**
 * Passes over the rest of a body that nobody reads, and of no other. Without this, Node copies each piece of it and
 * hands it on to be thrown away: a byte that comes as a chunk takes 1.5 µs, and 0.06 µs like this. `false`: nothing of
 * it is left, or it is passed over already.
 */
export function discardBody(request: IncomingMessage, { onPiece, onOver }: Discarding): boolean {
  const { parser } = request.socket as Socket
  const onBody = parser?.[ON_BODY]
  const onMessageComplete = parser?.[ON_MESSAGE_COMPLETE]
  if (request.complete || !parser || !onBody || !onMessageComplete || discarding.has(request)) return false
  discarding.add(request)
  const restore = () => {
    parser[ON_BODY] = onBody
    parser[ON_MESSAGE_COMPLETE] = onMessageComplete
    request.socket.off('close', restore)
    onOver()
  }
  parser[ON_BODY] =
    onPiece &&
    (() => {
      if (!onPiece()) parser[ON_BODY] = undefined
    })
  parser[ON_MESSAGE_COMPLETE] = () => {
    restore()
    onMessageComplete.call(parser)
  }
  request.socket.once('close', restore)
  return true
}
