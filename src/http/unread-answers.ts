import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface UnreadLimits {
  /** What all unread answers may hold. Beyond it, the one that is unread for longest is cut off, and the next. */
  readonly maxBytes: number
  /** In each such time so many bytes of an answer have to be taken, or all that are left. */
  readonly windowMs: number
  readonly bytesPerWindow: number
  /** Monotonic clock, in milliseconds. */
  readonly now?: () => number
}

/** A line with 8 kbit/s is enough; what is taken at once is not longer than 64 KB. */
const LIMITS: UnreadLimits = { maxBytes: 64 * 2 ** 20, windowMs: 30_000, bytesPerWindow: 30_000 }
const SWEEP_MS = 1_000

/** A connection. `heldBytes`: what the answers on it hold besides what is already in its queue. */
interface Reader {
  readonly socket: Socket
  heldBytes: number
  /** Since when something of it is unread; `undefined`: nothing is. */
  sinceMs: number | undefined
  /** When its present window began, and what had been sent by then. */
  windowFromMs: number
  sentBytes: number
}

/**
 * Bounds what answers hold in memory while nobody reads them. A sender may ask for much, read nothing, and do so on many
 * connections. Looks at all connections once a second. One that takes an answer too slowly is closed: its till sends the
 * invoices again.
 */
export class UnreadAnswers {
  readonly #limits: UnreadLimits
  readonly #now: () => number
  readonly #onCutOff: () => void
  readonly #readers = new Map<Socket, Reader>()
  #bytes = 0

  /** `onCutOff` is called for each connection that is closed. */
  constructor(onCutOff: () => void, limits: Partial<UnreadLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits }
    this.#now = limits.now ?? (() => performance.now())
    this.#onCutOff = onCutOff
  }

  /** What unread answers held when they were last looked at. */
  get bytes(): number {
    return this.#bytes
  }

  /** Watches every connection of a server, until that is closed. */
  watch(server: Server): void {
    let timer: NodeJS.Timeout | undefined
    server.on('listening', () => {
      timer ??= setInterval(() => this.sweep(), SWEEP_MS)
    })
    server.on('close', () => clearInterval(timer))
    // The second one is of TLS.
    for (const event of ['connection', 'secureConnection'])
      server.on(event, (socket: Socket) => {
        this.#readers.set(socket, { socket, heldBytes: 0, sinceMs: undefined, windowFromMs: 0, sentBytes: 0 })
        socket.once('close', () => this.#readers.delete(socket))
      })
  }

  /** Counts what an answer holds besides what it has in the queue of its connection, until it is over. */
  hold(answer: ServerResponse, sizeBytes: number): void {
    const { socket } = answer.req
    const reader = this.#readers.get(socket)
    if (reader === undefined || answer.closed) return
    if (reader.sinceMs === undefined) beginWindow(reader, this.#now())
    reader.heldBytes += sizeBytes
    this.#bytes += sizeBytes
    answer.once('close', () => {
      reader.heldBytes -= sizeBytes
      if (this.#readers.has(socket)) this.#bytes -= sizeBytes
    })
    if (this.#bytes > this.#limits.maxBytes) this.sweep()
  }

  /** Cuts off who reads too slowly, and whom there is no room for. */
  sweep(): void {
    const { maxBytes, windowMs, bytesPerWindow } = this.#limits
    const nowMs = this.#now()
    const unread: Reader[] = []
    this.#bytes = 0
    for (const reader of this.#readers.values()) {
      if (unreadOf(reader) === 0) {
        reader.sinceMs = undefined
        continue
      }
      if (reader.sinceMs === undefined) beginWindow(reader, nowMs)
      const isWindowOver = nowMs - reader.windowFromMs > windowMs
      if (isWindowOver && sentOf(reader) - reader.sentBytes < bytesPerWindow) this.#cutOff(reader)
      else {
        if (isWindowOver) beginWindow(reader, nowMs)
        this.#bytes += unreadOf(reader)
        unread.push(reader)
      }
    }
    if (this.#bytes <= maxBytes) return
    unread.sort((a, b) => (b.sinceMs as number) - (a.sinceMs as number))
    while (this.#bytes > maxBytes && unread.length > 1) {
      const longest = unread.pop() as Reader
      this.#bytes -= unreadOf(longest)
      this.#cutOff(longest)
    }
  }

  #cutOff(reader: Reader): void {
    this.#readers.delete(reader.socket)
    reader.socket.destroy()
    this.#onCutOff()
  }
}

function unreadOf({ socket, heldBytes }: Reader): number {
  return socket.writableLength + heldBytes
}

function sentOf({ socket }: Reader): number {
  return socket.bytesWritten - socket.writableLength
}

function beginWindow(reader: Reader, nowMs: number): void {
  reader.sinceMs ??= nowMs
  reader.windowFromMs = nowMs
  reader.sentBytes = sentOf(reader)
}
