import { createRequire } from 'node:module'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import lz4 from 'lz4-napi'
import snappy from 'snappy'
import { addressText } from '../../src/network-address.ts'

const require = createRequire(import.meta.url)
const Encoder = require('kafkajs/src/protocol/encoder')

export const API = {
  produce: 0,
  listOffsets: 2,
  metadata: 3,
  saslHandshake: 17,
  apiVersions: 18,
  initProducerId: 22,
  describeConfigs: 32,
  saslAuthenticate: 36,
  incrementalAlterConfigs: 44,
} as const

/** A request as the fake broker sees it, and the ways to answer it. */
export interface FakeRequest {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
  readonly body: Buffer
  readonly socket: Socket
  readonly broker: FakeBroker
  /** The answer that a sound broker gives; for produce requests it appends. */
  soundAnswer(): Buffer
  send(answer: Buffer): void
}

/** Handles a request instead of the sound broker; `false` leaves it to the sound one. */
export type Script = (request: FakeRequest) => boolean | undefined

/** One batch in the fake log. */
export interface FakeBatch {
  readonly producerId: bigint
  readonly sequence: number
  readonly values: readonly string[]
}

/**
 * A cluster of TCP brokers that speak just enough of Kafka's protocol for a producer: handshake, metadata, producer
 * ids, settings of the topic, offsets, and produce requests, with Kafka's own rule on duplicates (same id, same sequence: acknowledged with the old
 * offset, content not compared). What goes wrong is scripted per broker.
 */
export class FakeCluster {
  readonly host: string
  readonly topic = 'invoices'
  readonly brokers: FakeBroker[] = []
  partitions = 2
  /** For how long a client is told to send nothing more after each produce request; a quota, that is. */
  throttleMs = 0
  /** In hexadecimal. Without it, the brokers are too old for topic ids. */
  topicId: string | undefined
  /** Whether they are of Apache Kafka 3.7 or later. Producers are not served then. */
  isNew = false
  /** Error code of the topic in metadata answers. */
  topicErrorCode = 0
  /** Settings of the topic, and the error code with which they are refused. */
  settings: Record<string, string> = { 'max.message.bytes': '1048588' }
  settingsErrorCode = 0
  /** With a login: how long a session lasts. What comes after its end, or in the middle of a login, is cut off. */
  sessionMs: number | undefined
  leaderOf: (partition: number) => number = () => 1
  readonly logs = new Map<number, FakeBatch[]>()
  #nextProducerId = 1_000n

  private constructor(host: string) {
    this.host = host
  }

  /** `host`: where all brokers listen, and what they advertise. */
  static async start(count = 1, host = '127.0.0.1'): Promise<FakeCluster> {
    const cluster = new FakeCluster(host)
    for (let id = 1; id <= count; id++) cluster.brokers.push(await FakeBroker.listen(id, cluster))
    return cluster
  }

  get bootstrap(): string[] {
    return this.brokers.map(({ port }) => addressText(this.host, port))
  }

  broker(id: number): FakeBroker {
    return this.brokers[id - 1] as FakeBroker
  }

  get partitionIds(): number[] {
    return Array.from({ length: this.partitions }, (_, partition) => partition)
  }

  /** Every value of a partition, in log order. */
  values(partition: number): string[] {
    return (this.logs.get(partition) ?? []).flatMap(({ values }) => values)
  }

  takeProducerId(): bigint {
    return this.#nextProducerId++
  }

  append(partition: number, batch: FakeBatch): { errorCode: number; baseOffset: number } {
    const log = this.logs.get(partition) ?? []
    this.logs.set(partition, log)
    let offset = 0
    let expected = 0
    for (const { producerId, sequence, values } of log) {
      if (producerId === batch.producerId && producerId >= 0n) {
        if (sequence === batch.sequence && values.length === batch.values.length)
          return { errorCode: 0, baseOffset: offset }
        expected = sequence + values.length
      }
      offset += values.length
    }
    if (batch.producerId >= 0n && batch.sequence !== expected) return { errorCode: 45, baseOffset: -1 }
    log.push(batch)
    return { errorCode: 0, baseOffset: offset }
  }

  async stop(): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.stop()))
  }
}

/** One broker of a fake cluster. */
export class FakeBroker {
  readonly id: number
  readonly requests: { apiKey: number; correlationId: number }[] = []
  connections = 0
  script: Script | null = null
  readonly #cluster: FakeCluster
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #sessions = new WeakMap<Socket, { isInLogin: boolean; endsAtMs: number }>()

  private constructor(id: number, cluster: FakeCluster) {
    this.id = id
    this.#cluster = cluster
    this.#server = createServer((socket) => this.#serve(socket))
  }

  static async listen(id: number, cluster: FakeCluster): Promise<FakeBroker> {
    const broker = new FakeBroker(id, cluster)
    await new Promise<void>((resolve) => broker.#server.listen(0, cluster.host, resolve))
    return broker
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  count(apiKey: number): number {
    return this.requests.filter((request) => request.apiKey === apiKey).length
  }

  get openConnections(): number {
    return this.#sockets.size
  }

  /** Ends every connection with a reset. */
  resetConnections(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(socket: Socket): void {
    this.connections++
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    let buffered = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      buffered = Buffer.concat([buffered, chunk])
      while (buffered.length >= 4 && buffered.length >= 4 + buffered.readInt32BE(0)) {
        const frame = buffered.subarray(4, 4 + buffered.readInt32BE(0))
        buffered = buffered.subarray(4 + frame.length)
        this.#receive(frame, socket)
      }
    })
  }

  #receive(frame: Buffer, socket: Socket): void {
    const [apiKey, apiVersion, correlationId] = [frame.readInt16BE(0), frame.readInt16BE(2), frame.readInt32BE(4)]
    const clientIdBytes = Math.max(frame.readInt16BE(8), 0)
    const request: FakeRequest = {
      apiKey,
      apiVersion,
      correlationId,
      body: frame.subarray(10 + clientIdBytes),
      socket,
      broker: this,
      soundAnswer: () => this.#answer(request),
      send: (answer) => {
        socket.write(framed(correlationId, answer))
      },
    }
    this.requests.push({ apiKey, correlationId })
    if (this.#cluster.sessionMs !== undefined && !this.#mayCome(apiKey, socket)) {
      socket.destroy()
      return
    }
    if (this.script?.(request)) return
    request.send(request.soundAnswer())
  }

  /** Kafka's rule (KIP-368): nothing but the login while one goes on, and nothing else once the session is over. */
  #mayCome(apiKey: number, socket: Socket): boolean {
    const isOfLogin = apiKey === API.saslHandshake || apiKey === API.saslAuthenticate
    const session = this.#sessions.get(socket) ?? { isInLogin: false, endsAtMs: Number.NEGATIVE_INFINITY }
    const endsAtMs = apiKey === API.saslAuthenticate ? performance.now() + this.#cluster.sessionMs! : session.endsAtMs
    this.#sessions.set(socket, { isInLogin: apiKey === API.saslHandshake, endsAtMs })
    if (isOfLogin) return true
    return !session.isInLogin && (apiKey === API.apiVersions || performance.now() < session.endsAtMs)
  }

  #answer({ apiKey, apiVersion, body }: FakeRequest): Buffer {
    switch (apiKey) {
      case API.apiVersions:
        return apiVersionsAnswer(apiVersion, this.#cluster)
      case API.saslHandshake:
        return new Encoder()
          .writeInt16(0)
          .writeArray(['PLAIN', 'OAUTHBEARER'].map((name) => new Encoder().writeString(name))).buffer
      case API.saslAuthenticate:
        return new Encoder()
          .writeInt16(0)
          .writeString(null)
          .writeBytes(Buffer.alloc(0))
          .writeInt64(this.#cluster.sessionMs as number).buffer
      case API.listOffsets:
        return offsetsAnswer(this.#cluster)
      case API.metadata:
        return apiVersion === 12 ? topicAnswer(this.#cluster) : metadataAnswer(this.#cluster, apiVersion)
      case API.initProducerId:
        return new Encoder()
          .writeInt32(0)
          .writeInt16(0)
          .writeInt64(this.#cluster.takeProducerId().toString())
          .writeInt16(0).buffer
      case API.produce: {
        const parts = readProduceRequest(body).map(({ partition, ...batch }) => {
          if (this.#cluster.leaderOf(partition) !== this.id) return { partition, errorCode: 6, baseOffset: -1 }
          return { partition, ...this.#cluster.append(partition, batch) }
        })
        return jointProduceAnswer(this.#cluster.topic, parts, apiVersion, this.#cluster.throttleMs)
      }
      case API.describeConfigs:
        return settingsAnswer(this.#cluster)
      default:
        throw new Error(`the fake broker does not speak API ${apiKey}`)
    }
  }
}

export function framed(correlationId: number, answer: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeInt32BE(4 + answer.length, 0)
  head.writeInt32BE(correlationId, 4)
  return Buffer.concat([head, answer])
}

export function produceAnswer(topic: string, partition: number, errorCode: number, baseOffset: number): Buffer {
  return jointProduceAnswer(topic, [{ partition, errorCode, baseOffset }])
}

export function jointProduceAnswer(
  topic: string,
  parts: readonly { partition: number; errorCode: number; baseOffset: number }[],
  apiVersion = 3,
  throttleMs = 0,
): Buffer {
  const entries = parts.map(({ partition, errorCode, baseOffset }) => {
    const entry = new Encoder().writeInt32(partition).writeInt16(errorCode).writeInt64(baseOffset).writeInt64(-1)
    return apiVersion < 5 ? entry : entry.writeInt64(0) // the log's start
  })
  return new Encoder().writeArray([new Encoder().writeString(topic).writeArray(entries)]).writeInt32(throttleMs).buffer
}

/** A produce answer that names no topic: what a send to the wrong broker amounts to. */
export function emptyProduceAnswer(): Buffer {
  return new Encoder().writeArray([]).writeInt32(0).buffer
}

/** The same answer for the start and the end of each partition: the number of its values; or the error code. */
export function offsetsAnswer({ topic, partitionIds, logs }: FakeCluster, errorCode = 0): Buffer {
  const entries = partitionIds.map((partition) => {
    const end = (logs.get(partition) ?? []).reduce((sum, { values }) => sum + values.length, 0)
    return new Encoder()
      .writeInt32(partition)
      .writeInt16(errorCode)
      .writeInt64(-1)
      .writeInt64(errorCode ? -1 : end)
  })
  return new Encoder().writeInt32(0).writeArray([new Encoder().writeString(topic).writeArray(entries)]).buffer
}

export function initProducerIdError(errorCode: number): Buffer {
  return new Encoder().writeInt32(0).writeInt16(errorCode).writeInt64(-1).writeInt16(-1).buffer
}

/** Of each partition of a produce request of versions 3 to 8: the producer id, the sequence and the values (as text). */
export function readProduceRequest(body: Buffer): ({ partition: number } & FakeBatch)[] {
  return batchesOf(body).map(({ partition, batch }) => {
    return { partition, producerId: batch.readBigInt64BE(43), sequence: batch.readInt32BE(53), values: valuesOf(batch) }
  })
}

/** The batches of a produce request of versions 3 to 8, as they were sent. */
export function batchesOf(body: Buffer): { partition: number; batch: Buffer }[] {
  let at = 2 + 2 + 4 + 4 // no transactional id, acks, timeout, one topic
  at += 2 + body.readInt16BE(at) // its name
  const partitions = body.readInt32BE(at)
  at += 4
  return Array.from({ length: partitions }, () => {
    const partition = body.readInt32BE(at)
    const batch = body.subarray(at + 8, at + 8 + body.readInt32BE(at + 4))
    at += 8 + batch.length
    return { partition, batch }
  })
}

/** By the number of the compression. Snappy comes as a stream of one block: its header and length have 20 bytes. */
const INFLATE: Record<number, (records: Buffer) => Buffer> = {
  0: (records) => records,
  1: gunzipSync,
  2: (records) => snappy.uncompressSync(records.subarray(20)) as Buffer,
  3: (records) => lz4.decompressFrameSync(records),
  4: zstdDecompressSync,
}

function valuesOf(head: Buffer): string[] {
  const inflate = INFLATE[head.readInt16BE(21) & 7] as (records: Buffer) => Buffer
  const batch = Buffer.concat([head.subarray(0, 61), inflate(head.subarray(61))])
  let position = 61
  return Array.from({ length: batch.readInt32BE(57) }, () => {
    const [length, start] = readVarint(batch, position)
    let [, next] = readVarint(batch, readVarint(batch, start + 1)[1]) // attributes, timestamp and offset deltas
    const [keyBytes, keyAt] = readVarint(batch, next)
    next = keyAt + Math.max(keyBytes, 0)
    const [valueBytes, valueAt] = readVarint(batch, next)
    position = start + length
    return batch.toString('utf8', valueAt, valueAt + valueBytes)
  })
}

function readVarint(buffer: Buffer, start: number): [value: number, next: number] {
  let value = 0
  let at = start
  for (let shift = 0; ; shift += 7) {
    const byte = buffer[at++] as number
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return [(value >>> 1) ^ -(value & 1), at]
  }
}

function apiVersionsAnswer(apiVersion: number, { throttleMs, sessionMs, topicId, isNew }: FakeCluster): Buffer {
  const login = [
    [API.saslHandshake, 0, 1],
    [API.saslAuthenticate, 0, 1],
  ] as const
  const ranges = [
    ...(sessionMs === undefined ? [] : login),
    [API.produce, 3, isNew ? 10 : throttleMs > 0 ? 7 : 3],
    [API.listOffsets, 2, 2],
    [API.metadata, 1, topicId === undefined ? 1 : 12],
    [API.apiVersions, 0, 2],
    [API.initProducerId, 0, 0],
    [API.describeConfigs, 1, 1],
  ].map(([key, min, max]) => new Encoder().writeInt16(key).writeInt16(min).writeInt16(max))
  const answer = new Encoder().writeInt16(0).writeArray(ranges)
  return (apiVersion === 0 ? answer : answer.writeInt32(0)).buffer
}

/** kafkajs takes version 1, or 6 where there are newer ones. */
function metadataAnswer(cluster: FakeCluster, apiVersion: number): Buffer {
  const isNew = apiVersion >= 6
  const brokers = cluster.brokers.map(({ id, port }) =>
    new Encoder().writeInt32(id).writeString(cluster.host).writeInt32(port).writeString(null),
  )
  const ids = cluster.brokers.map(({ id }) => id)
  const partitions = Array.from({ length: cluster.partitions }, (_, partition) =>
    new Encoder()
      .writeInt16(0)
      .writeInt32(partition)
      .writeInt32(cluster.leaderOf(partition))
      .writeArray(ids)
      .writeArray(ids)
      .writeEncoder(isNew ? new Encoder().writeArray([]) : new Encoder()),
  )
  const topic = new Encoder()
    .writeInt16(cluster.topicErrorCode)
    .writeString(cluster.topic)
    .writeBoolean(false)
    .writeArray(partitions)
  const head = isNew
    ? new Encoder().writeInt32(0).writeArray(brokers).writeString(null)
    : new Encoder().writeArray(brokers)
  return head.writeInt32(1).writeArray([topic]).buffer
}

/** Version 12, which kafkajs does not speak: one byte for each length, and no tags. */
function topicAnswer({ topic, topicId = '', topicErrorCode, partitionIds, brokers }: FakeCluster): Buffer {
  const none = 1
  const replicas = new Encoder().writeInt8(brokers.length + 1)
  for (const { id } of brokers) replicas.writeInt32(id)
  const answer = new Encoder().writeInt8(0).writeInt32(0) // no tags in the header, no pause
  answer.writeInt8(none).writeInt8(0).writeInt32(1).writeInt8(2) // brokers, cluster id, controller; one topic
  answer
    .writeInt16(topicErrorCode)
    .writeInt8(topic.length + 1)
    .writeBufferInternal(Buffer.from(topic))
  answer.writeBufferInternal(Buffer.from(topicId.padStart(32, '0'), 'hex'))
  answer.writeInt8(0).writeInt8(topicErrorCode === 0 ? partitionIds.length + 1 : none)
  for (const id of topicErrorCode === 0 ? partitionIds : [])
    answer
      .writeInt16(0)
      .writeInt32(id)
      .writeInt32(1)
      .writeInt32(0)
      .writeEncoder(replicas)
      .writeInt8(none)
      .writeInt8(none)
      .writeInt8(0)
  return answer.writeInt32(0).writeInt8(0).writeInt8(0).buffer
}

/** The source of a setting that was made for the topic. */
const OF_TOPIC = 1

function settingsAnswer({ topic, settings, settingsErrorCode }: FakeCluster): Buffer {
  const entries = Object.entries(settings).map(([name, value]) =>
    new Encoder()
      .writeString(name)
      .writeString(value)
      .writeBoolean(false)
      .writeInt8(OF_TOPIC)
      .writeBoolean(false)
      .writeArray([]),
  )
  const resource = new Encoder()
    .writeInt16(settingsErrorCode)
    .writeString(null)
    .writeInt8(2)
    .writeString(topic)
    .writeArray(settingsErrorCode === 0 ? entries : [])
  return new Encoder().writeInt32(0).writeArray([resource]).buffer
}
