import type { Socket } from 'node:net'
import type { Reservation } from '../../src/admission/buffer-memory.ts'
import type { BodyReader } from '../../src/uploads/body-reader.ts'
import { parcelLength } from '../../src/uploads/parcel.ts'
import { WorkerFailed } from '../../src/uploads/worker-pool.ts'
import { ByteStream } from './byte-stream.ts'
import { FramingFault, type Packet, readPacket } from './packet.ts'
import type { PacketRoom } from './packet-room.ts'
import type { PublishTicks, Verdict } from './publish-ticks.ts'
import type { TicksRead } from './read-ticks.ts'

export interface ConnectionOptions {
  readonly reader: Pick<BodyReader<Packet, TicksRead>, 'read'>
  readonly room: PacketRoom
  /** For this connection alone. */
  readonly publish: PublishTicks
  readonly maxBodyBytes: number
  /** Most packets that were read and not answered. With that many, the connection is not read from. */
  readonly maxUnanswered: number
  /** Memory that a tick costs besides its own bytes. */
  readonly tickOverheadBytes: number
  /** How long a feed may take to close its end of a connection that has ended. */
  readonly closeTimeoutMs: number
}

/** One feed's connection. */
export interface Connection {
  /** Resolves when every packet that was read is answered and the connection is closed. Never rejects. */
  readonly done: Promise<void>
  /** Reads no more packets. Those in flight are answered. */
  stop(): void
  /** Closes it at once. Packets in flight continue without an answer. */
  destroy(): void
}

/**
 * Serves a feed: reads packets, has several of them inflated and validated at once, publishes their ticks in packet
 * order, and answers each with a line: `ok 17`, `bad 17 malformed tick 3`, `retry 17 stalled`.
 *
 *     reading --first retry, end, fault or stop()--> ending --all answered--> closed
 *
 * - *reading*: packets are read, except while `maxUnanswered` are in flight or there is no memory: then the feed's
 *   writes block.
 * - *ending*: packets that are published already continue. All others are answered `retry predecessor`, because a
 *   packet before them may not be in the log. When the feed is gone, nothing more of it is published.
 */
export function serveFeed(socket: Socket, options: ConnectionOptions): Connection {
  const { reader, room, publish, maxBodyBytes, maxUnanswered, tickOverheadBytes } = options
  const stream = new ByteStream(socket)
  const unanswered = new Set<Promise<void>>()
  const gone = new AbortController()
  let hasGap = false
  socket.on('error', () => {}) // 'close' comes after it
  socket.on('close', () => gone.abort())

  async function readAll(): Promise<string | null> {
    let turn = Promise.resolve()
    while (true) {
      while (unanswered.size >= maxUnanswered) await Promise.race(unanswered)
      const packet = await readPacket(stream, maxBodyBytes)
      const reservation = packet && (await room.enter(gone.signal))
      if (packet === null || reservation === null || hasGap) {
        reservation?.release()
        return null
      }
      const published = Promise.withResolvers<void>()
      const answering = answer(packet, reservation, turn, published.resolve).finally(() => unanswered.delete(answering))
      unanswered.add(answering)
      turn = published.promise
    }
  }

  async function answer(
    packet: Packet,
    reservation: Reservation,
    turn: Promise<void>,
    next: () => void,
  ): Promise<void> {
    const reading = reader.read(packet).catch(notRead)
    await turn
    const publishing = publishIfWhole(await reading, reservation)
    next()
    const verdict = await publishing
    reservation.release()
    if (verdict.kind === 'retry') stopAtGap()
    await write(verdict.kind === 'ok' ? `ok ${packet.number}` : `${verdict.kind} ${packet.number} ${verdict.reason}`)
  }

  /** Whatever it publishes, it publishes before it returns its promise. */
  async function publishIfWhole(read: TicksRead | WorkerFailed, reservation: Reservation): Promise<Verdict> {
    if (hasGap || gone.signal.aborted) return { kind: 'retry', reason: 'predecessor' }
    if (read instanceof WorkerFailed) {
      stopAtGap()
      return { kind: 'retry', reason: `worker ${read.reason}` }
    }
    if (read.kind !== 'parcel') {
      return { kind: 'bad', reason: 'tick' in read ? `${read.kind} tick ${read.tick}` : read.kind }
    }
    reservation.resize(read.parcel.bytes.length + parcelLength(read.parcel) * tickOverheadBytes)
    return publish(read.parcel, reservation)
  }

  function stopAtGap(): void {
    hasGap = true
    stream.stop()
  }

  /** Resolves when the kernel has taken the line, or the feed is gone. */
  function write(line: string): Promise<void> {
    return new Promise((resolve) => {
      socket.write(`${line}\n`, () => resolve())
    })
  }

  async function serve(): Promise<void> {
    const fault = await readAll().catch((error) => {
      if (error instanceof FramingFault) return error.message
      throw error
    })
    stream.stop()
    await Promise.all(unanswered)
    if (fault !== null) await write(`fault ${fault}`)
    await close(socket, options.closeTimeoutMs, gone.signal)
  }

  return { done: serve(), stop: () => stream.stop(), destroy: () => void socket.destroy() }
}

/**
 * Discards what the feed still sends, until it closes too. If it stayed unread, the feed would lose its last answers.
 */
async function close(socket: Socket, timeoutMs: number, gone: AbortSignal): Promise<void> {
  if (gone.aborted) return
  socket.end()
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), timeoutMs)
  await new Promise((resolve) => gone.addEventListener('abort', resolve))
  clearTimeout(timer)
}

function notRead(error: unknown): WorkerFailed {
  if (error instanceof WorkerFailed) return error
  throw error
}
