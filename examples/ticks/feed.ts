import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

/** A packet as a feed keeps it until its final answer. */
export interface OutgoingPacket {
  readonly number: number
  readonly bytes: Buffer
}

export interface FeedOptions<Outgoing extends OutgoingPacket> {
  readonly host: string
  readonly port: number
  /** Read one by one, as fast as the handler takes them. */
  readonly packets: AsyncIterable<Outgoing>
  /** Most packets that are sent and not answered. */
  readonly maxUnanswered: number
  readonly onSent?: (packet: Outgoing) => void
  /** Told of `ok` and `bad`, the final answers. */
  readonly onAnswer?: (packet: Outgoing, verdict: 'ok' | 'bad', reason: string) => void
}

const PAUSE_BETWEEN_CONNECTIONS_MS = 100
/** If a handler gives no final answer on this many connections in a row, it never will. */
const MAX_FRUITLESS_CONNECTIONS = 50

/**
 * Sends packets and resolves when all have a final answer. The rule of resending: after a `retry`, or when the
 * connection breaks, it opens a new connection and sends all packets without a final answer again, in order, before any
 * new packet. Rejects on a `fault`, and when too many connections in a row bring no final answer.
 */
export async function runFeed<Outgoing extends OutgoingPacket>(options: FeedOptions<Outgoing>): Promise<void> {
  const { host, port, maxUnanswered, onSent, onAnswer } = options
  const packets = options.packets[Symbol.asyncIterator]()
  const unanswered = new Map<number, Outgoing>()
  let isExhausted = false
  let answers = 0

  /** Uses one connection until it breaks, or everything is answered. */
  async function send(socket: Socket): Promise<void> {
    const lines = createInterface({ input: socket })
    lines.on('error', () => {}) // the socket's own
    let changed = Promise.withResolvers<void>()
    const change = () => {
      changed.resolve()
      changed = Promise.withResolvers()
    }
    let fault: string | null = null
    lines.on('line', (line) => {
      const [verdict, number, ...reason] = line.split(' ')
      if (verdict === 'fault') fault = line
      const packet = unanswered.get(Number(number))
      if (packet === undefined || (verdict !== 'ok' && verdict !== 'bad')) {
        socket.end()
        return change()
      }
      answers++
      unanswered.delete(packet.number)
      onAnswer?.(packet, verdict, reason.join(' '))
      change()
    })
    socket.on('drain', change)
    socket.on('close', change)
    const write = async (packet: Outgoing) => {
      onSent?.(packet)
      if (!socket.write(packet.bytes)) while (socket.writableNeedDrain && !socket.closed) await changed.promise
    }
    for (const packet of [...unanswered.values()]) if (socket.writable) await write(packet)
    while (socket.writable && (unanswered.size > 0 || !isExhausted)) {
      if (isExhausted || unanswered.size >= maxUnanswered) {
        await changed.promise
        continue
      }
      const next = await packets.next()
      if (next.done) {
        isExhausted = true
        continue
      }
      unanswered.set(next.value.number, next.value)
      if (socket.writable) await write(next.value)
    }
    socket.end()
    if (!socket.closed) await event(socket, 'close')
    if (fault !== null) throw new Error(`the handler says: ${fault}`)
  }

  for (let fruitless = 0; unanswered.size > 0 || !isExhausted; ) {
    const before = answers
    const socket = connect({ host, port, noDelay: true })
    socket.on('error', () => {}) // 'close' comes after it
    await Promise.race([event(socket, 'connect'), event(socket, 'close')])
    if (!socket.closed) await send(socket)
    fruitless = answers > before ? 0 : fruitless + 1
    if (fruitless === MAX_FRUITLESS_CONNECTIONS) throw new Error('the handler gives no final answers')
    if (unanswered.size > 0 || !isExhausted) await sleep(PAUSE_BETWEEN_CONNECTIONS_MS)
  }
}

/** Unlike `once` of node:events, it does not reject on errors: 'close' comes after them. */
function event(socket: Socket, name: 'connect' | 'close'): Promise<void> {
  return new Promise((resolve) => {
    socket.once(name, () => resolve())
  })
}
