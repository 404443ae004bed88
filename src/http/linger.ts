import type { IncomingMessage, ServerResponse } from 'node:http'
import { discardBody } from './parsing.ts'

type Socket = IncomingMessage['socket']

/** So many pieces may have any length. Beyond, they must have `MIN_PIECE_BYTES` on average: each takes 1.5 µs. */
const MAX_TINY_PIECES = 1_024
const MIN_PIECE_BYTES = 1_024
/** How much is read of a connection that is being closed, and how long. */
const MAX_DROPPED_BYTES = 16 * 2 ** 20
const LINGER_MS = 30_000
/** After each read of 64 KB, so that many such connections leave time to others. A refused body gets 13 MB a second. */
const PARSED_PAUSE_MS = 5
/** The same where a connection is being closed: 3 MB a second. */
const DROPPED_PAUSE_MS = 20

/**
 * Passes over the rest of a body that nobody reads (within `requestTimeoutMs`). The connection lingers behind the answer
 * if that closes it, which `isClosing` says, or if thousands of tiny pieces come.
 */
export function passOver(request: IncomingMessage, response: ServerResponse, isClosing: boolean): void {
  const { socket } = request
  const { destroySoon, bytesRead } = socket
  let pieces = 0
  const onPiece = () => {
    pieces++
    if (pieces <= MAX_TINY_PIECES || socket.bytesRead - bytesRead >= pieces * MIN_PIECE_BYTES) return true
    drop(socket)
    if (response.writableFinished) linger(socket)
    else response.once('finish', () => linger(socket))
    return false
  }
  let isOver = false
  let pausing: NodeJS.Timeout | undefined
  const onData = () => {
    if (isOver) return // still called for the read that held the end of the body
    clearTimeout(pausing)
    pausing = pause(socket, PARSED_PAUSE_MS)
  }
  const onOver = () => {
    isOver = true
    // From now on Node may pause the connection itself. If it were resumed then, Node would throw.
    clearTimeout(pausing)
    socket.off('data', onData)
    socket.destroySoon = destroySoon
  }
  // Only a body in chunks has no known end.
  const isChunked = request.headers['transfer-encoding'] !== undefined
  if (!discardBody(request, { onPiece: isChunked && !isClosing ? onPiece : undefined, onOver })) return
  if (isChunked) listen(socket, onData)
  // Node calls this behind an answer that closes the connection.
  socket.destroySoon = () => linger(socket)
}

/**
 * Closes a connection of which something may still come. If that were left unread, the system would reset the
 * connection, and a client that is still sending would lose its answer. So this side is closed alone, and what comes is
 * dropped until the client closes its side, too. nginx does the same (`lingering_close`).
 */
function linger(socket: Socket): void {
  if (!socket.writable) return
  drop(socket)
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
  socket.end()
}

/** Drops what comes from now on, before Node's parser looks at it. */
function drop(socket: Socket): void {
  let leftBytes = MAX_DROPPED_BYTES
  socket.removeAllListeners('data')
  listen(socket, ({ length }) => {
    leftBytes -= length
    if (leftBytes < 0) socket.destroy()
    pause(socket, DROPPED_PAUSE_MS)
  })
  socket.resume()
}

/**
 * Listens to what comes, and starts reading. Node's parser stops reading while nobody takes a body, and would not start
 * again once somebody else listens.
 */
function listen(socket: Socket, onData: (piece: Buffer) => void): void {
  socket.on('data', onData)
  socket._read(0)
}

/** Reads no more for so long. */
function pause(socket: Socket, ms: number): NodeJS.Timeout {
  socket.pause()
  return setTimeout(() => socket.resume(), ms)
}
