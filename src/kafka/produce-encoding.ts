import { createRequire } from 'node:module'
import { letEncoderTakeReadyBytes, ReadyBytes } from './ready-bytes.ts'
import { encodeRecordBatch, type PlainMessage } from './record-batch.ts'

/** A produce request as kafkajs describes it. */
export interface ProduceArguments {
  readonly transactionalId?: string | null | undefined
  readonly acks: number
  readonly timeout: number
  readonly producerId?: { toString(): string } | undefined
  readonly producerEpoch?: number | undefined
  readonly compression?: number | undefined
  readonly topicData: readonly {
    readonly topic: string
    readonly partitions: readonly {
      readonly partition: number
      readonly firstSequence?: number
      readonly messages: readonly object[]
    }[]
  }[]
}

/** A request that kafkajs can send. */
interface KafkajsRequest {
  readonly encode: () => Promise<unknown>
}

type CreateRequest = (request: ProduceArguments) => KafkajsRequest

/**
 * Encodes the produce requests of this gateway itself: one topic, one partition, uncompressed, not transactional, with
 * buffers and text headers. kafkajs still makes all others. The bytes are the same; kafkajs allocates a zeroed buffer
 * for every record and every header and copies the whole three times, which is half of what a record costs.
 *
 * It takes the place of the module that all versions from 3 on are made from, which kafkajs loads when it first needs
 * it. To be called before.
 */
export function installProduceEncoding(): void {
  const require = createRequire(import.meta.url)
  const file = require.resolve('kafkajs/src/protocol/requests/produce/v3/request')
  const createRequest: CreateRequest = require(file)
  const module = require.cache[file]
  if (module === undefined) throw new Error('the produce request of kafkajs is not where it was')
  module.exports = withQuickEncoding(createRequest)
  letEncoderTakeReadyBytes(require('kafkajs/src/protocol/encoder'))
}

/** The same requests; those that can be are encoded by `encodeProduceRequest`. */
export function withQuickEncoding(createRequest: CreateRequest): CreateRequest {
  return (request) => {
    const original = createRequest(request)
    return { ...original, encode: async () => encodeProduceRequest(request, Date.now()) ?? original.encode() }
  }
}

/** Room for kafkajs's request header: sizes, keys, a client id of usual length; it grows. */
const HEADER_ROOM_BYTES = 256

/** The body of a produce request, versions 3 to 7; `null` where it is none of those that the gateway makes. */
export function encodeProduceRequest(request: ProduceArguments, nowMs: number): ReadyBytes | null {
  const [topic, ...otherTopics] = request.topicData
  const [data, ...otherPartitions] = topic?.partitions ?? []
  if (topic === undefined || data === undefined || otherTopics.length + otherPartitions.length > 0) return null
  const isPlain = (request.transactionalId ?? null) === null && (request.compression ?? 0) === 0
  if (!isPlain || !data.messages.every(isPlainMessage)) return null

  const producer = {
    producerId: BigInt(String(request.producerId ?? -1)),
    producerEpoch: request.producerEpoch ?? 0,
    firstSequence: data.firstSequence ?? 0,
  }
  const topicBytes = Buffer.byteLength(topic.topic)
  const start = HEADER_ROOM_BYTES
  const batchStart = start + 26 + topicBytes
  const bytes = encodeRecordBatch(data.messages, producer, nowMs, batchStart)
  bytes.writeInt16BE(-1, start) // no transactional id
  bytes.writeInt16BE(request.acks, start + 2)
  bytes.writeInt32BE(request.timeout, start + 4)
  bytes.writeInt32BE(1, start + 8) // topics
  bytes.writeInt16BE(topicBytes, start + 12)
  bytes.write(topic.topic, start + 14)
  bytes.writeInt32BE(1, batchStart - 12) // partitions
  bytes.writeInt32BE(data.partition, batchStart - 8)
  bytes.writeInt32BE(bytes.length - batchStart, batchStart - 4)
  return new ReadyBytes(bytes, start)
}

function isPlainMessage(message: object): message is PlainMessage {
  const { key, value, headers, timestamp } = message as Partial<PlainMessage> & { timestamp?: unknown }
  if (!Buffer.isBuffer(key) || !Buffer.isBuffer(value) || headers === undefined || timestamp !== undefined) return false
  for (const name in headers) if (typeof headers[name] !== 'string') return false
  return true
}
