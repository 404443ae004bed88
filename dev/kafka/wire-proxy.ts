/**
 * A TCP proxy in front of one broker that knows Kafka's frames, for tests of faults on the wire. A rule decides on each
 * request and response, so a test can lose exactly the answer to a produce request, or script faults from a seeded
 * generator. `() => ({ type: 'drop' })` is a black hole; check the frame's `direction` for one way only. A black hole
 * that heals is `hold`.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { Address } from './metadata-request.ts'
import { type Connection, carry, type Wire } from './wire-connection.ts'
import type { Action } from './wire-delivery.ts'
import type { Frame } from './wire-frames.ts'

/** Called once for every frame, when it has arrived completely. Without a rule everything is forwarded. */
export type Rule = (frame: Frame) => Action

/** What a proxy has seen since it was started. */
export interface WireStats {
  connections: number
  openConnections: number
  frames: number
  /** How many frames got which action. */
  actions: Record<Action['type'], number>
}

/** A running proxy. */
export interface WireProxy {
  port: number
  /** Takes effect with the next frame that arrives, on open connections too. Releases what `hold` kept. */
  setRule(rule: Rule | null): void
  readonly stats: Readonly<WireStats>
  /** The kernel refuses new connections (nobody listens) until `accept()`. Open ones stay. */
  refuse(): Promise<void>
  accept(): Promise<void>
  /** Resets every open connection; new ones are accepted. */
  resetConnections(): void
  /** Stops listening and resets every connection. */
  close(): Promise<void>
}

/** Starts a proxy to `target` on port `listen` of `host` (127.0.0.1), or on one the kernel picks. */
export async function startWireProxy(options: { target: Address; host?: string; listen?: number }): Promise<WireProxy> {
  const actions = { forward: 0, drop: 0, reset: 0, cut: 0, delay: 0, slice: 0, throttle: 0, hold: 0 }
  const stats: WireStats = { connections: 0, openConnections: 0, frames: 0, actions }
  const connections = new Set<Connection>()
  let rule: Rule | null = null
  let release = Promise.withResolvers<void>()

  const decide = (frame: Frame): Action => {
    try {
      return rule?.(frame) ?? { type: 'forward' }
    } catch (error) {
      queueMicrotask(() => {
        throw error // a rule that throws fails the test as an uncaught exception, not as one more reset
      })
      return { type: 'reset' }
    }
  }
  const wire: Wire = {
    judge: (frame) => {
      const action = decide(frame)
      stats.frames += 1
      stats.actions[action.type] += 1
      return action
    },
    released: () => release.promise,
  }
  const server = createServer({ noDelay: true }, async (client) => {
    stats.connections += 1
    stats.openConnections += 1
    const connection = carry(client, options.target, wire)
    connections.add(connection)
    await connection.done
    connections.delete(connection)
    stats.openConnections -= 1
  })
  const listen = async (port: number) => {
    server.listen(port, options.host ?? '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const port = await listen(options.listen ?? 0)

  const setRule = (next: Rule | null) => {
    rule = next
    release.resolve()
    release = Promise.withResolvers()
  }
  const resetConnections = () => {
    for (const connection of connections) connection.reset()
  }
  const refuse = async () => void server.close() // the kernel's socket is closed at once; the callback waits for clients
  const close = async () => {
    server.close()
    resetConnections()
    await Promise.all([...connections].map((connection) => connection.done))
  }
  return { port, setRule, stats, refuse, accept: async () => void (await listen(port)), resetConnections, close }
}
