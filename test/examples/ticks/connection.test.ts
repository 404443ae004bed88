import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { eventually } from '../../../dev/kafka/eventually.ts'
import { serveFeed } from '../../../examples/ticks/connection.ts'
import { encodePacket, type Packet } from '../../../examples/ticks/packet.ts'
import { PacketRoom } from '../../../examples/ticks/packet-room.ts'
import { createPublishTicks } from '../../../examples/ticks/publish-ticks.ts'
import { createReadTicks, type TicksRead } from '../../../examples/ticks/read-ticks.ts'
import { Accumulator } from '../../../src/accumulator/accumulator.ts'
import { WorkerFailed } from '../../../src/uploads/worker-pool.ts'
import { FakePublisher } from '../../accumulator/fakes.ts'

const TICK_OVERHEAD_BYTES = 100
const PACKET_BYTES = 2_000
const DEADLINE_MS = 10_000

const tick = (symbol: string, sequence: number) => `${symbol},${sequence},1764000000000123,1,1\n`

interface Options {
  readonly deliveryTimeoutMs?: number
  readonly capacityBytes?: number
  /** What is done to what a worker makes of a packet. */
  readonly read?: (packet: Packet, readNow: () => TicksRead) => Promise<TicksRead>
}

/** A connection whose Kafka and workers are the test's. */
async function feedFor(t: TestContext, { deliveryTimeoutMs = 60_000, capacityBytes = 100_000, read }: Options = {}) {
  const publisher = new FakePublisher()
  publisher.lastAnswerAtMs = Number.POSITIVE_INFINITY
  const limits = { maxBatchRecords: 100, maxBatchBytes: 100_000, lingerMs: 0, stallAfterMs: 120_000 }
  const accumulator = new Accumulator({ publisher, partitions: 1, limits, deliveryTimeoutMs })
  accumulator.open()
  const room = new PacketRoom(capacityBytes, PACKET_BYTES)
  const readTicks = createReadTicks({ maxBytes: 10_000, maxTicks: 50 })
  const packetsRead: number[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    serveFeed(socket, {
      reader: {
        read: async (packet) => {
          packetsRead.push(packet.number)
          return read === undefined ? readTicks(packet) : await read(packet, () => readTicks(packet))
        },
      },
      room,
      publish: createPublishTicks(accumulator, () => 0),
      maxBodyBytes: 1_000,
      maxUnanswered: 3,
      tickOverheadBytes: TICK_OVERHEAD_BYTES,
      closeTimeoutMs: 1_000,
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect({ port: (server.address() as AddressInfo).port, allowHalfOpen: true })
  t.after(() => {
    socket.destroy()
    server.close()
  })
  let answers = ''
  socket.on('data', (data) => {
    answers += data
  })
  return {
    socket,
    publisher,
    room,
    packetsRead,
    send: async (number: number, text: string) => void socket.write(await encodePacket(number, 'zstd', text)),
    /** Answers the batch that is out. */
    acknowledge: async () => {
      const batches = publisher.published.length
      publisher.latest.answer({ kind: 'acknowledged', baseOffset: 0n })
      await new Promise((resolve) => setTimeout(resolve, 20))
      return publisher.published.length > batches
    },
    answered: (lines: readonly string[]) =>
      eventually(`the answers ${lines}, not ${answers}`, DEADLINE_MS, 10, async () => {
        return answers === lines.map((line) => `${line}\n`).join('') || undefined
      }),
    closed: () =>
      eventually('the connection is closed', DEADLINE_MS, 10, async () => socket.readableEnded || undefined),
    eventually: (what: string, isSo: () => boolean) =>
      eventually(what, DEADLINE_MS, 10, async () => isSo() || undefined),
  }
}

test('packets are read side by side and published in their order; each is answered when all of it is acknowledged', async (t) => {
  const gates = new Map([1, 2, 3].map((number) => [number, Promise.withResolvers<void>()]))
  const feed = await feedFor(t, { read: (packet, now) => gates.get(packet.number)!.promise.then(now) })
  for (const number of [1, 2, 3]) await feed.send(number, tick('A', number))
  await feed.eventually('all three are being read', () => feed.packetsRead.length === 3)
  for (const number of [3, 2]) gates.get(number)!.resolve()
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(feed.publisher.published.length, 0)
  gates.get(1)!.resolve()
  await feed.eventually('a batch is out', () => feed.publisher.published.length === 1)
  assert.deepEqual(
    feed.publisher.latest.values,
    [1, 2, 3].map((n) => tick('A', n).trimEnd()),
  )
  await feed.answered([])
  await feed.acknowledge()
  await feed.answered(['ok 1', 'ok 2', 'ok 3'])
})

test('a bad packet is named and nothing of it is published; those behind it are', async (t) => {
  const feed = await feedFor(t)
  await feed.send(7, `${tick('A', 1)}nonsense\n`)
  await feed.send(8, tick('A', 2))
  await feed.eventually('a batch is out', () => feed.publisher.published.length === 1)
  assert.deepEqual(feed.publisher.latest.values, [tick('A', 2).trimEnd()])
  await feed.acknowledge()
  await feed.answered(['bad 7 malformed tick 2', 'ok 8'])
})

test('behind a packet that no worker could read nothing is published, and the connection ends', async (t) => {
  const gate = Promise.withResolvers<void>()
  const feed = await feedFor(t, {
    read: async (packet, now) => {
      if (packet.number !== 1) return now()
      await gate.promise
      throw new WorkerFailed('crashed')
    },
  })
  await feed.send(1, tick('A', 1))
  await feed.send(2, tick('A', 2))
  await feed.eventually('both are being read', () => feed.packetsRead.length === 2)
  gate.resolve()
  await feed.closed()
  assert.equal(feed.publisher.published.length, 0)
  await feed.answered(['retry 1 worker crashed', 'retry 2 predecessor'])
})

test('behind a tick that may be missing none of its symbol is sent, those of other symbols are', async (t) => {
  const feed = await feedFor(t, { deliveryTimeoutMs: 4_000 })
  await feed.send(1, tick('A', 1))
  await feed.eventually('a batch is out', () => feed.publisher.published.length === 1)
  feed.publisher.latest.batch.beginAttempt()
  // The second packet comes in the middle of the first one's time: two seconds before its end, and before its own.
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  await feed.send(2, tick('A', 2) + tick('B', 1))
  await feed.answered(['retry 1 deadline'])
  await feed.acknowledge()
  await feed.eventually('the next batch is out', () => feed.publisher.published.length === 2)
  assert.deepEqual(feed.publisher.latest.values, [tick('B', 1).trimEnd()])
  await feed.acknowledge()
  await feed.answered(['retry 1 deadline', 'retry 2 predecessor'])
  await feed.closed()
})

test('a feed that has gone: what was published is settled, what was not is not published', async (t) => {
  const gate = Promise.withResolvers<void>()
  const feed = await feedFor(t, {
    read: (packet, now) => (packet.number === 1 ? Promise.resolve(now()) : gate.promise.then(now)),
  })
  await feed.send(1, tick('A', 1))
  await feed.send(2, tick('A', 2))
  await feed.eventually('both are being read', () => feed.packetsRead.length === 2)
  feed.socket.resetAndDestroy()
  await new Promise((resolve) => setTimeout(resolve, 50))
  gate.resolve()
  await feed.eventually('a batch is out', () => feed.publisher.published.length === 1)
  assert.equal(await feed.acknowledge(), false)
  await feed.eventually('the memory is free', () => feed.room.usedBytes === 0)
})

test('beyond so many unanswered packets, or without memory, none is read', async (t) => {
  for (const [capacityBytes, packets] of [
    [100_000, 3],
    [PACKET_BYTES + 200, 2], // the second one waits for nobody: the first is smaller once it is read
  ] as const) {
    const feed = await feedFor(t, { capacityBytes })
    for (let number = 1; number <= 6; number++) await feed.send(number, tick('A', number))
    await feed.eventually('some are read', () => feed.packetsRead.length === packets)
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(feed.packetsRead.length, packets)
    assert.ok(feed.room.usedBytes <= capacityBytes)
    while (feed.packetsRead.length < 6 || feed.room.usedBytes > 0) await feed.acknowledge()
    await feed.answered([1, 2, 3, 4, 5, 6].map((number) => `ok ${number}`))
  }
})

test('a stream that makes no sense: what came before is answered, then the fault is named', async (t) => {
  const feed = await feedFor(t)
  await feed.send(1, tick('A', 1))
  feed.socket.write(Buffer.alloc(100_000))
  await feed.eventually('a batch is out', () => feed.publisher.published.length === 1)
  await feed.acknowledge()
  await feed.answered(['ok 1', 'fault length'])
  await feed.closed()
})

test('a feed that ends its side gets all its answers before the connection is closed', async (t) => {
  const feed = await feedFor(t)
  await feed.send(1, tick('A', 1))
  feed.socket.end()
  await feed.eventually('a batch is out', () => feed.publisher.published.length === 1)
  await feed.acknowledge()
  await feed.closed()
  await feed.answered(['ok 1'])
})
