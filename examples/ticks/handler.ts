import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { extname } from 'node:path'
import { Accumulator } from '../../src/accumulator/accumulator.ts'
import { tuneHeap } from '../../src/heap.ts'
import { cachedPartitionOf } from '../../src/invoice/partition.ts'
import type { Delivery } from '../../src/kafka/delivery.ts'
import { KafkaPublisher } from '../../src/kafka/kafka-publisher.ts'
import { BodyReader } from '../../src/uploads/body-reader.ts'
import { type Connection, serveFeed } from './connection.ts'
import type { Packet } from './packet.ts'
import { PacketRoom } from './packet-room.ts'
import { createPublishTicks } from './publish-ticks.ts'
import { createReadTicks, type TicksRead } from './read-ticks.ts'

export interface TicksOptions {
  readonly brokers: readonly string[]
  /** Must exist, with `partitions` partitions. */
  readonly topic: string
  readonly partitions: number
  readonly delivery: Delivery
  readonly host: string
  /** 0: the kernel picks one. */
  readonly port: number
  /** Threads that inflate, split and validate. 0: the main thread does. */
  readonly workers: number
  readonly onTrouble: (message: string) => void
  /** Memory for packets and their unsettled ticks. */
  readonly bufferMemoryBytes?: number
  /** How long a feed waits for the answer to a packet once its ticks are handed over. */
  readonly deliveryTimeoutMs?: number
  readonly requestTimeoutMs?: number
  /** A different worker module, for a test. */
  readonly workerFile?: URL
}

/** A running handler. */
export interface Ticks {
  readonly port: number
  /** How much of `bufferMemoryBytes` is in use. */
  readonly bufferedBytes: number
  readonly pendingTicks: number
  /** Takes no more packets, answers those in flight and disconnects. After `STOP_TIMEOUT_MS` the answer is `retry`. */
  stop(): Promise<void>
}

const MAX_CONNECTIONS = 64
const MAX_UNANSWERED = 16
const MAX_BODY_BYTES = 256 * 1024
const LIMITS = { maxBytes: 1024 * 1024, maxTicks: 2_000 }
/** A waiting tick takes 1.6 kB of heap besides its bytes: its record, promise and timer, and its row in the parcel. */
const TICK_OVERHEAD_BYTES = 2_048
const PACKET_BYTES = MAX_BODY_BYTES + LIMITS.maxBytes + LIMITS.maxTicks * TICK_OVERHEAD_BYTES
const CLOSE_TIMEOUT_MS = 2_000
const STOP_TIMEOUT_MS = 10_000

/** Starts a handler; resolves when it is connected to Kafka and listens. */
export async function startTicks(options: TicksOptions): Promise<Ticks> {
  const { partitions, onTrouble, deliveryTimeoutMs = 30_000 } = options
  tuneHeap()
  const room = new PacketRoom(options.bufferMemoryBytes ?? 128 * 1024 * 1024, PACKET_BYTES)
  const publisher = createPublisher(options)
  const accumulator = new Accumulator({
    publisher,
    partitions,
    limits: { maxBatchRecords: 500, maxBatchBytes: 900_000, lingerMs: 0, stallAfterMs: deliveryTimeoutMs },
    deliveryTimeoutMs,
  })
  const readHere = createReadTicks(LIMITS)
  const reader = new BodyReader<Packet, TicksRead>({
    file: options.workerFile ?? new URL(`./ticks-worker${extname(import.meta.url)}`, import.meta.url),
    workerData: LIMITS,
    workers: options.workers,
    maxWaiting: MAX_CONNECTIONS * MAX_UNANSWERED, // there cannot be more
    waitTimeoutMs: 10_000,
    runTimeoutMs: 10_000,
    costlyCpuMs: 0,
    readHere: (packet) => (options.workers === 0 ? readHere(packet) : null),
    onTrouble: (error) => onTrouble(error.message),
  })
  const partitionOf = cachedPartitionOf(partitions)
  const connections = new Set<Connection>()
  const server = createServer(
    { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 },
    (socket) => {
      const connection = serveFeed(socket, {
        reader,
        room,
        publish: createPublishTicks(accumulator, partitionOf),
        maxBodyBytes: MAX_BODY_BYTES,
        maxUnanswered: MAX_UNANSWERED,
        tickOverheadBytes: TICK_OVERHEAD_BYTES,
        closeTimeoutMs: CLOSE_TIMEOUT_MS,
      })
      connections.add(connection)
      void connection.done.then(() => connections.delete(connection))
    },
  )
  server.maxConnections = MAX_CONNECTIONS

  try {
    await publisher.start()
    accumulator.open()
    server.listen(options.port, options.host)
    await once(server, 'listening')
  } catch (error) {
    await Promise.all([reader.stop(), publisher.stop()])
    throw error
  }

  return {
    port: (server.address() as AddressInfo).port,
    get bufferedBytes() {
      return room.usedBytes
    },
    get pendingTicks() {
      return accumulator.pendingRecords
    },
    stop: async () => {
      server.close()
      for (const connection of connections) connection.stop()
      const answered = Promise.all([...connections].map(({ done }) => done))
      await before(STOP_TIMEOUT_MS, answered)
      await accumulator.drain(0)
      await Promise.all([reader.stop(), publisher.stop(), before(CLOSE_TIMEOUT_MS, answered)])
      for (const connection of connections) connection.destroy()
      await answered
    },
  }
}

function createPublisher(options: TicksOptions): KafkaPublisher {
  const { brokers, topic, partitions, delivery, onTrouble, requestTimeoutMs = 8_000 } = options
  return new KafkaPublisher({
    brokers: [...brokers],
    clientId: 'ticks',
    topic,
    partitions,
    delivery,
    ssl: false,
    sasl: undefined,
    requestTimeoutMs,
    ackTimeoutMs: requestTimeoutMs / 2,
    connectionTimeoutMs: 3_000,
    metadataMaxAgeMs: 15_000,
    watchdogMs: 120_000,
    rotateAfterRecords: 1_000_000_000,
    onClientLog: () => {},
    onTrouble: (what, error) => onTrouble(`kafka ${what}: ${error.message}`),
  })
}

/** Resolves when `work` does, or after `timeoutMs`. */
async function before(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  const { promise: deadline, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, timeoutMs)
  await Promise.race([work, deadline])
  clearTimeout(timer)
}
