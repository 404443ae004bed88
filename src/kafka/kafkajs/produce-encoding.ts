import type { Internals, ProduceRequest } from './internals.ts'
import { letEncoderTakeReadyBytes, ReadyBytes } from './ready-bytes.ts'
import { encodeRecordBatch, type PlainMessage } from './record-batch.ts'

/** A request that kafkajs can send. */
interface KafkajsRequest {
  readonly encode: () => Promise<unknown>
}

type CreateRequest = (request: ProduceRequest) => KafkajsRequest

/**
 * Produce requests: those of this gateway (one topic, uncompressed, not transactional, with buffers and text headers)
 * are encoded here, with the same bytes as kafkajs. kafkajs still encodes all others.
 *
 * Without it kafkajs allocates a zeroed buffer for every record and every header, computes the checksum in JavaScript,
 * and copies the whole three times: half of what a record costs.
 */
export function encodeProduceRequests({ replaceModule, Encoder }: Internals): void {
  replaceModule<CreateRequest>('protocol/requests/produce/v3/request', withQuickEncoding)
  letEncoderTakeReadyBytes(Encoder)
}

/** Makes the same requests. `encodeProduceRequest` encodes those that it can, kafkajs the others. */
export function withQuickEncoding(createRequest: CreateRequest): CreateRequest {
  return (request) => {
    const original = createRequest(request)
    return { ...original, encode: async () => encodeProduceRequest(request, Date.now()) ?? original.encode() }
  }
}

/** Room for kafkajs's request header: sizes, keys and a client id of usual length. It grows if needed. */
const HEADER_ROOM_BYTES = 256

/** The partition's index and the batch's length, in front of each record batch. */
const PARTITION_HEAD_BYTES = 8

/** The body of a produce request, versions 3 to 7; `null` for a request of a kind that the gateway does not make. */
export function encodeProduceRequest(request: ProduceRequest, nowMs: number): ReadyBytes | null {
  const [topic, ...otherTopics] = request.topicData
  if (topic === undefined || topic.partitions.length === 0 || otherTopics.length > 0) return null
  const isPlain = (request.transactionalId ?? null) === null && (request.compression ?? 0) === 0
  if (!isPlain || !topic.partitions.every(({ messages }) => messages.every(isPlainMessage))) return null

  const topicBytes = Buffer.byteLength(topic.topic)
  const start = HEADER_ROOM_BYTES
  const partitionsStart = start + 18 + topicBytes
  const producerId = BigInt(String(request.producerId ?? -1))
  const encoded = topic.partitions.map(({ partition, messages, firstSequence = 0 }, index) => {
    const producer = { producerId, producerEpoch: request.producerEpoch ?? 0, firstSequence }
    const batchStart = (index === 0 ? partitionsStart : 0) + PARTITION_HEAD_BYTES
    const bytes = encodeRecordBatch(messages as readonly PlainMessage[], producer, nowMs, batchStart)
    bytes.writeInt32BE(partition, batchStart - 8)
    bytes.writeInt32BE(bytes.length - batchStart, batchStart - 4)
    return bytes
  })
  const [first] = encoded as [Buffer]
  first.writeInt16BE(-1, start) // no transactional id
  first.writeInt16BE(request.acks, start + 2)
  first.writeInt32BE(request.timeout, start + 4)
  first.writeInt32BE(1, start + 8) // topics
  first.writeInt16BE(topicBytes, start + 12)
  first.write(topic.topic, start + 14)
  first.writeInt32BE(encoded.length, partitionsStart - 4)
  return new ReadyBytes(encoded.length === 1 ? first : Buffer.concat(encoded), start)
}

function isPlainMessage(message: object): message is PlainMessage {
  const { key, value, headers, timestamp } = message as Partial<PlainMessage> & { timestamp?: unknown }
  if (!Buffer.isBuffer(key) || !Buffer.isBuffer(value) || headers === undefined || timestamp !== undefined) return false
  for (const name in headers) if (typeof headers[name] !== 'string') return false
  return true
}
