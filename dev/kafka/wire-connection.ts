import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Address } from './metadata-request.ts'
import { type Action, deliver } from './wire-delivery.ts'
import { type Frame, FrameReader, splitFrames } from './wire-frames.ts'

/** What a connection needs from its proxy. */
export interface Wire {
  /** Decides on a frame when it has arrived, and counts it. */
  judge(frame: Frame): Action
  /** Resolves at the next change of the rule. */
  released(): Promise<void>
}

/** With more than this waiting in one direction, it is delivered before more is read. */
const MAX_WAITING_BYTES = 1024 * 1024

/** One client's connection through the proxy. */
export interface Connection {
  /** Resets the client, closes the connection to the broker, and drops what still waits. */
  reset(): void
  /** Resolves when both ends are closed and nothing waits. */
  done: Promise<void>
}

/**
 * Carries frames both ways between `client` and `target` until either of them ends. As on a real network, what a client
 * sent before it closed the connection still arrives, however late.
 */
export function carry(client: Socket, target: Address, wire: Wire): Connection {
  const server = connect({ ...target, noDelay: true })
  const over = new AbortController()
  const ended = once(over.signal, 'abort')
  const reader = new FrameReader()

  const reset = () => {
    over.abort()
    // A reset while the FIN is on its way fails in libuv, and the socket would stay open for ever.
    if (client.writableEnded) client.destroy()
    else client.resetAndDestroy()
    server.destroy()
  }
  client.on('error', reset)
  server.on('error', reset)

  const pass = async (source: Socket, sink: Socket, name: (bytes: Buffer) => Frame) => {
    let tail = Promise.resolve()
    let waitingBytes = 0
    // not destroyed on leaving the loop: bytes that are no frame must end in a reset, not in an orderly close
    for await (const bytes of splitFrames(source.iterator({ destroyOnReturn: false }))) {
      const arrivedAtMs = performance.now()
      const action = wire.judge(name(bytes))
      const released = wire.released()
      waitingBytes += bytes.length
      tail = tail.then(async () => {
        if (over.signal.aborted) return
        await deliver(bytes, action, { sink, arrivedAtMs, released, ended, signal: over.signal }).catch(() => {})
        waitingBytes -= bytes.length
        if (action.type === 'reset' || action.type === 'cut') reset()
      })
      if (waitingBytes > MAX_WAITING_BYTES) await tail
    }
    await tail
    sink.destroySoon()
  }
  const done = Promise.all([
    pass(client, server, (bytes) => reader.request(bytes)).catch(reset),
    pass(server, client, (bytes) => reader.response(bytes)).catch(reset),
  ])
  return { reset, done: done.then(() => {}) }
}
