/**
 * A server that does nothing, in a process of its own: Node's, without a line more. An attack on it costs the tills of a
 * gateway on the same machine what the attack itself and two cores cost. Says its port over its IPC channel; runs until
 * it is killed, or its parent is gone.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const server = createServer((request, response) => {
  request.resume()
  response.writeHead(404, { 'content-length': 0 }).end()
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
