import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Server } from 'node:net'
import { listenOn } from '../listen-on.ts'

/*
 * The ports are below the range that the kernel uses for outgoing connections (Linux 32768, macOS and Windows 49152).
 * While a broker restarts, any client's socket could take a port from that range; a client that keeps dialling such a
 * port while nobody listens can even connect to itself.
 */
const LOWEST = 12_000
const HIGHEST = 32_000

/**
 * Resolves to `count` distinct ports of 127.0.0.1 that could be bound a moment ago. As long as this process lives,
 * `freePorts` gives them to nobody else, here or in another process. A program that does not ask can still take one
 * before it is used; the listener that wanted it then fails.
 */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = []
  const ports: number[] = []
  try {
    while (ports.length < count) {
      const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))
      if (!(await reserve(port))) continue
      const server = await bind(port)
      if (!server) continue
      held.push(server)
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
  await reserve(port) // if it is reserved, then for whoever gave it to this process
  await new Promise((closed) => server.close(closed))
  return true
}

/**
 * Binds the UDP port of the same number, which nothing here uses, until this process ends, however that happens. False
 * if that is bound.
 */
async function reserve(port: number): Promise<boolean> {
  const socket = createSocket('udp4').unref()
  try {
    socket.bind({ port, address: '127.0.0.1', exclusive: true })
    await once(socket, 'listening')
    return true
  } catch (error) {
    socket.close()
    return unlessInUse(error)
  }
}

async function bind(port: number): Promise<Server | undefined> {
  try {
    return await listenOn('127.0.0.1', port)
  } catch (error) {
    return unlessInUse(error) || undefined
  }
}

function unlessInUse(error: unknown): false {
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
  throw error
}
