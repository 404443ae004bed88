import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, Socket } from 'node:net'
import { test } from 'node:test'
import { clientConfig } from '../../src/kafka/client-config.ts'

test('what is written to a broker is sent at once', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const setNoDelay = t.mock.method(Socket.prototype, 'setNoDelay')
  const { socketFactory } = clientConfig({
    brokers: [],
    clientId: 'test',
    ssl: false,
    sasl: undefined,
    requestTimeoutMs: 1_000,
    connectionTimeoutMs: 1_000,
    onClientLog: () => {},
  })
  const { port } = server.address() as AddressInfo
  const connected = Promise.withResolvers<void>()
  const socket = socketFactory!({ host: '127.0.0.1', port, ssl: undefined as never, onConnect: connected.resolve })
  t.after(() => socket.destroy())
  await connected.promise
  assert.deepEqual(
    setNoDelay.mock.calls.map(({ arguments: [isOn] }) => isOn),
    [true],
  )
  assert.equal(setNoDelay.mock.calls[0]?.this, socket)
})
