import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/** A server that listens there. Rejects with Node's error (`EADDRINUSE`) if it cannot. */
export async function listenOn(host: string, port: number): Promise<Server> {
  const server = createServer()
  server.listen(port, host)
  await once(server, 'listening')
  return server
}

/**
 * Resolves if a server could listen there a moment ago; otherwise rejects with Node's error. Where `host` stands for all
 * addresses, 127.0.0.1 is tried, too: on macOS another process can have it alone.
 */
export async function tryToListen(host: string, port: number): Promise<void> {
  const hosts = host === '0.0.0.0' || host === '::' ? [host, '127.0.0.1'] : [host]
  for (const each of hosts) {
    const server = await listenOn(each, port)
    await new Promise((closed) => server.close(closed))
  }
}
