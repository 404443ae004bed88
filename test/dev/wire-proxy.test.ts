import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, test } from 'node:test'
import { splitFrames } from '../../dev/kafka/wire-frames.ts'
import { type Rule, startWireProxy, type WireProxy } from '../../dev/kafka/wire-proxy.ts'

const PRODUCE = 0
const FETCH = 1
const ADD_PARTITIONS_TO_TXN = 24
const END_TXN = 26

let broker: Awaited<ReturnType<typeof startBroker>>
let proxy: WireProxy
beforeEach(async () => {
  broker = await startBroker()
  proxy = await startWireProxy({ target: { host: '127.0.0.1', port: broker.port } })
})
afterEach(async () => {
  await proxy.close()
  await broker.close()
})

test('without a rule every request reaches the broker and every answer the client, unchanged', async () => {
  const client = await dial()
  const large = Buffer.alloc(3_000_000, 'x')
  client.write(Buffer.concat([request(PRODUCE, 1), request(FETCH, 2), request(PRODUCE, 3, large)]))
  assert.deepEqual(await client.answers(3), [1, 2, 3])
  assert.deepEqual(broker.received.at(-1), request(PRODUCE, 3, large))
})

test('a rule is told the key, version and correlation id of each request and of its answer', async () => {
  const seen: unknown[] = []
  proxy.setRule((frame) => {
    seen.push(frame)
    return { type: 'forward' }
  })
  const client = await dial()
  client.write(request(PRODUCE, 41))
  client.write(request(FETCH, 42))
  await client.answers(2)
  const of = (direction: string) => seen.filter((it) => (it as { direction: string }).direction === direction)
  const both = { apiVersion: 7, sizeBytes: 12 }
  assert.deepEqual(of('request'), [
    { direction: 'request', apiKey: PRODUCE, correlationId: 41, ...both },
    { direction: 'request', apiKey: FETCH, correlationId: 42, ...both },
  ])
  assert.deepEqual(of('response'), [
    { direction: 'response', apiKey: PRODUCE, correlationId: 41, ...both },
    { direction: 'response', apiKey: FETCH, correlationId: 42, ...both },
  ])
})

test('a rule is told whose transaction a request for it, and its answer, are about', async () => {
  const seen: (string | undefined)[] = []
  proxy.setRule(({ transactionalId }) => {
    seen.push(transactionalId)
    return { type: 'forward' }
  })
  const client = await dial()
  const named = (clientId: string | null) =>
    Buffer.concat([clientId === null ? Buffer.from([0xff, 0xff]) : sized(clientId), sized('stage.3'), Buffer.alloc(9)])
  client.write(request(ADD_PARTITIONS_TO_TXN, 1, named('tillgate')))
  client.write(request(END_TXN, 2, named(null)))
  await client.answers(2)
  assert.deepEqual(seen.sort(), ['stage.3', 'stage.3', 'stage.3', 'stage.3'])
})

test('a dropped answer is lost after the broker has the request, and the connection goes on', async () => {
  proxy.setRule(answersTo(PRODUCE, { type: 'drop' }))
  const client = await dial()
  client.write(request(PRODUCE, 1))
  client.write(request(FETCH, 2))
  assert.deepEqual(await client.answers(1), [2])
  assert.deepEqual(broker.keys(), [PRODUCE, FETCH])
})

test('an answer after a dropped request is still known by its own key', async () => {
  const keys: number[] = []
  proxy.setRule((frame) => {
    if (frame.direction === 'response') keys.push(frame.apiKey)
    return { type: frame.direction === 'request' && frame.apiKey === PRODUCE ? 'drop' : 'forward' }
  })
  const client = await dial()
  client.write(request(PRODUCE, 1))
  client.write(request(FETCH, 2))
  assert.deepEqual(await client.answers(1), [2])
  assert.deepEqual(broker.keys(), [FETCH])
  assert.deepEqual(keys, [FETCH])
})

test('a reset instead of an answer comes after the broker has the request', async () => {
  proxy.setRule(answersTo(PRODUCE, { type: 'reset' }))
  const client = await dial()
  client.write(request(PRODUCE, 1))
  assert.equal(await client.ended(), 'ECONNRESET')
  assert.deepEqual(broker.keys(), [PRODUCE])
  assert.equal(client.bytes().length, 0)
})

test('a reset instead of a request never lets the broker see it', async () => {
  proxy.setRule((frame) => ({ type: frame.direction === 'request' ? 'reset' : 'forward' }))
  const client = await dial()
  client.write(request(PRODUCE, 1))
  assert.equal(await client.ended(), 'ECONNRESET')
  assert.deepEqual(broker.keys(), [])
})

test('of a cut answer the first half arrives, then a reset, and nothing of the answers behind it', async () => {
  proxy.setRule(answersTo(PRODUCE, { type: 'cut' }))
  const client = await dial()
  client.write(Buffer.concat([request(PRODUCE, 1), request(FETCH, 2), request(FETCH, 3)]))
  assert.equal(await client.ended(), 'ECONNRESET')
  assert.deepEqual(client.bytes(), answerTo(request(PRODUCE, 1)).subarray(0, 6))
})

test('delayed answers keep their order and do not add up', async () => {
  proxy.setRule((frame) => ({ type: 'delay', delayMs: frame.direction === 'response' ? 200 : 0 }))
  const client = await dial()
  const start = performance.now()
  const ids = Array.from({ length: 100 }, (_, id) => id)
  client.write(Buffer.concat(ids.map((id) => request(PRODUCE, id))))
  assert.deepEqual(await client.answers(100), ids)
  const tookMs = performance.now() - start
  assert.ok(tookMs >= 195 && tookMs < 50 * 200, `${tookMs} ms for 100 answers delayed by 200 ms each`)
})

test('an answer sliced into single bytes arrives whole', async () => {
  proxy.setRule(answersTo(PRODUCE, { type: 'slice' }))
  const client = await dial()
  const written = request(PRODUCE, 1, Buffer.from('some records'))
  client.write(written)
  client.write(request(FETCH, 2))
  assert.deepEqual(await client.answers(2), [1, 2])
  assert.deepEqual(client.bytes().subarray(0, written.length), answerTo(written))
})

test('a throttled answer takes the time its size needs', async () => {
  proxy.setRule(answersTo(PRODUCE, { type: 'throttle', bytesPerSecond: 10_000 }))
  const client = await dial()
  const start = performance.now()
  client.write(request(PRODUCE, 1, Buffer.alloc(3_000)))
  await client.answers(1)
  assert.ok(performance.now() - start >= 290, 'faster than 10,000 bytes a second')
})

test('what is held passes when the rule changes, in order', async () => {
  proxy.setRule(() => ({ type: 'hold' }))
  const client = await dial()
  client.write(request(PRODUCE, 1))
  client.write(request(FETCH, 2))
  await until(() => proxy.stats.actions.hold === 2)
  assert.deepEqual(broker.keys(), [])
  proxy.setRule(null)
  assert.deepEqual(await client.answers(2), [1, 2])
})

test('a held request reaches the broker even if its client has hung up meanwhile', async () => {
  proxy.setRule(() => ({ type: 'hold' }))
  const client = await dial()
  client.socket.end(request(PRODUCE, 1))
  await until(() => proxy.stats.actions.hold === 1)
  await client.ended()
  proxy.setRule(null)
  await until(() => broker.keys().length === 1)
})

test('while it refuses, nobody listens; open connections go on', async () => {
  const early = await dial()
  await proxy.refuse()
  await assert.rejects(dial(), { code: 'ECONNREFUSED' })
  early.write(request(PRODUCE, 1))
  assert.deepEqual(await early.answers(1), [1])
  await proxy.accept()
  const late = await dial()
  late.write(request(PRODUCE, 2))
  assert.deepEqual(await late.answers(1), [2])
})

test('a client is reset when the broker cannot be reached', async () => {
  await broker.close()
  const client = await dial()
  assert.equal(await client.ended(), 'ECONNRESET')
})

test('a client that does not speak in frames is reset', async () => {
  const client = await dial()
  client.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'))
  assert.equal(await client.ended(), 'ECONNRESET')
})

test('it counts connections, frames and actions', async () => {
  proxy.setRule(answersTo(PRODUCE, { type: 'drop' }))
  const client = await dial()
  client.write(request(PRODUCE, 1))
  client.write(request(FETCH, 2))
  await client.answers(1)
  const { connections, openConnections, frames, actions } = proxy.stats
  assert.deepEqual({ connections, openConnections, frames }, { connections: 1, openConnections: 1, frames: 4 })
  assert.equal(actions.drop, 1)
  assert.equal(actions.forward, 3)
  client.socket.destroy()
  await until(() => proxy.stats.openConnections === 0)
})

test('closing resets the clients at once, also while frames are held or the broker is silent', async () => {
  proxy.setRule(() => ({ type: 'hold' }))
  const client = await dial()
  client.write(request(PRODUCE, 1))
  await until(() => proxy.stats.actions.hold === 1)
  const ended = client.ended()
  await proxy.close()
  assert.equal(await ended, 'ECONNRESET')
  assert.equal(proxy.stats.openConnections, 0)
})

function answersTo(apiKey: number, action: ReturnType<Rule>): Rule {
  return (frame) => (frame.direction === 'response' && frame.apiKey === apiKey ? action : { type: 'forward' })
}

/** A frame with the header fields a proxy reads, and a body. */
function request(apiKey: number, correlationId: number, body: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(12)
  header.writeInt32BE(8 + body.length, 0)
  header.writeInt16BE(apiKey, 4)
  header.writeInt16BE(7, 6)
  header.writeInt32BE(correlationId, 8)
  return Buffer.concat([header, body])
}

function sized(text: string): Buffer {
  const size = Buffer.alloc(2)
  size.writeInt16BE(text.length)
  return Buffer.concat([size, Buffer.from(text)])
}

/** A frame of the same bytes, except that the correlation id comes first, as in Kafka's answers. */
function answerTo(frame: Buffer): Buffer {
  const answer = Buffer.from(frame)
  frame.copy(answer, 4, 8, 12)
  return answer
}

async function startBroker() {
  const received: Buffer[] = []
  const sockets = new Set<Socket>()
  const server = createServer(async (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    try {
      for await (const frame of splitFrames(socket)) {
        received.push(frame)
        socket.write(answerTo(frame))
      }
    } catch {
      // the proxy hung up
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    received,
    keys: () => received.map((frame) => frame.readInt16BE(4)),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((closed) => server.close(closed))
    },
  }
}

async function dial() {
  const socket = connect({ host: '127.0.0.1', port: proxy.port, noDelay: true })
  await once(socket, 'connect')
  const chunks: Buffer[] = []
  let error = 'closed'
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('error', (reason: NodeJS.ErrnoException) => {
    error = reason.code ?? reason.message
  })
  const bytes = () => Buffer.concat(chunks)
  return {
    socket,
    bytes,
    write: (frame: Buffer) => void socket.write(frame),
    /** Correlation ids of the first `count` answers, once they are here. */
    answers: async (count: number): Promise<number[]> => {
      const ids: number[] = []
      await until(() => {
        ids.length = 0
        const all = bytes()
        for (let at = 0; at + 4 <= all.length && at + 4 + all.readInt32BE(at) <= all.length; ) {
          ids.push(all.readInt32BE(at + 4))
          at += 4 + all.readInt32BE(at)
        }
        return ids.length >= count
      })
      return ids
    },
    /** How the connection ended: an error code, or `closed`. */
    ended: async () => {
      await until(() => socket.destroyed)
      return error
    },
  }
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 20_000
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
