import type { Server } from 'node:net'
import { listenOn } from '../listen-on.ts'

/*
 * The ports are below the range that the kernel uses for outgoing connections (Linux 32768, macOS and Windows 49152).
 * While a broker restarts, any client's socket could take a port from that range; a client that keeps dialling such a
 * port while nobody listens can even connect to itself.
 */
const LOWEST = 12_000
const HIGHEST = 32_000

const handedOut = new Set<number>()

/**
 * Resolves to `count` distinct ports of 127.0.0.1 that could be bound a moment ago. One process never gets a port
 * twice. Another process can still take one before it is used; the listener that wanted it then fails.
 */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = []
  const ports: number[] = []
  try {
    while (ports.length < count) {
      const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))
      if (handedOut.has(port)) continue
      const server = await bind(port)
      if (!server) continue
      held.push(server)
      handedOut.add(port)
      ports.push(port)
    }
    return ports
  } finally {
    await Promise.all(held.map((server) => new Promise((closed) => server.close(closed))))
  }
}

/** Whether this port of 127.0.0.1 can be bound now. If so, `freePorts` does not hand it out any more. */
export async function claimPort(port: number): Promise<boolean> {
  const server = await bind(port)
  if (!server) return false
  handedOut.add(port)
  await new Promise((closed) => server.close(closed))
  return true
}

async function bind(port: number): Promise<Server | undefined> {
  try {
    return await listenOn('127.0.0.1', port)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined
    throw error
  }
}
