import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP relay to a port of this machine. Its connections can be broken. `listen`: where, instead of any port. */
export async function startRelay(port: number, listen = { port: 0, host: '127.0.0.1' }) {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.pipe(other)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  })
  server.listen(listen)
  await once(server, 'listening')
  const breakAll = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    /** Resets every connection; new ones are relayed. */
    breakAll,
    close: () => {
      server.close()
      breakAll()
    },
  }
}
