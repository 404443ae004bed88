import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { answersAt } from '../../src/kafka/connection-probe.ts'

/** Listens, and treats every connection so. Resolves with its address. */
async function listening(t: TestContext, onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    onConnection(socket)
  })
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A port that says nothing takes all of the time. */
const ask = (address: string, timeoutMs = 10_000) => answersAt(address, { ssl: false, timeoutMs })

test('a broker answers when it says which requests it knows', async (t) => {
  const address = await listening(t, (socket) =>
    socket.once('data', (request) => {
      const answer = Buffer.alloc(14)
      answer.writeInt32BE(10, 0)
      request.copy(answer, 4, 8, 12) // the correlation id
      socket.write(answer)
    }),
  )
  assert.equal(await ask(address), true)
})

test('a port that takes connections and says nothing, or something else, is no broker that answers', async (t) => {
  assert.equal(await ask(await listening(t, () => {}), 500), false)
  assert.equal(await ask(await listening(t, (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))), false)
  assert.equal(await ask(await listening(t, (socket) => socket.destroy())), false)
})

test('a port where nothing listens does not answer', async () => {
  assert.equal(await ask('127.0.0.1:1'), false)
})
