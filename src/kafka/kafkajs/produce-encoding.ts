import { encodedRecordsOf } from './encoded-records.ts'
import type { Internals, ProduceRequest } from './internals.ts'
import { letEncoderTakeReadyBytes, ReadyBytes } from './ready-bytes.ts'
import {
  encodeRecordBatch,
  frameRecords,
  isPlainMessage,
  type PlainMessage,
  type ProducerState,
} from './record-batch.ts'

/** A request that kafkajs can send. */
interface KafkajsRequest {
  readonly encode: () => Promise<unknown>
}

type CreateRequest = (request: ProduceRequest) => KafkajsRequest

/**
 * Produce requests: those of this program (with buffers, and with texts or buffers as headers) are encoded here, with the
 * same bytes as kafkajs. Records that were encoded before (`encoded-records.ts`) are put in as they are. kafkajs still
 * encodes all other requests.
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

/** The body of a produce request, versions 3 to 7; `null` for a request of a kind that this program does not make. */
export function encodeProduceRequest(request: ProduceRequest, nowMs: number): ReadyBytes | null {
  const { topicData, transactionalId = null, compression = 0 } = request
  if (topicData.length === 0 || compression !== 0) return null
  for (const { partitions } of topicData)
    if (partitions.length === 0 || !partitions.every(({ messages }) => isOurs(messages))) return null

  const idBytes = transactionalId === null ? 0 : Buffer.byteLength(transactionalId)
  const topicsStart = HEADER_ROOM_BYTES + 2 + idBytes + 10
  const producer = {
    producerId: BigInt(String(request.producerId ?? -1)),
    producerEpoch: request.producerEpoch ?? 0,
    isTransactional: transactionalId !== null,
  }
  const pieces: Buffer[] = []
  for (const { topic, partitions } of topicData) {
    const topicBytes = Buffer.byteLength(topic)
    for (const [index, { partition, messages, firstSequence = 0 }] of partitions.entries()) {
      const topicStart = pieces.length === 0 ? topicsStart : 0
      const batchStart = (index === 0 ? topicStart + topicBytes + 6 : 0) + PARTITION_HEAD_BYTES
      const sent = { ...producer, firstSequence }
      const bytes = encodeBatch(messages, sent, nowMs, batchStart)
      if (index === 0) {
        bytes.writeInt16BE(topicBytes, topicStart)
        bytes.write(topic, topicStart + 2)
        bytes.writeInt32BE(partitions.length, topicStart + 2 + topicBytes)
      }
      bytes.writeInt32BE(partition, batchStart - 8)
      bytes.writeInt32BE(bytes.length - batchStart, batchStart - 4)
      pieces.push(bytes)
    }
  }
  const [first] = pieces as [Buffer]
  first.writeInt16BE(transactionalId === null ? -1 : idBytes, HEADER_ROOM_BYTES)
  if (transactionalId !== null) first.write(transactionalId, HEADER_ROOM_BYTES + 2)
  first.writeInt16BE(request.acks, topicsStart - 10)
  first.writeInt32BE(request.timeout, topicsStart - 8)
  first.writeInt32BE(topicData.length, topicsStart - 4)
  return new ReadyBytes(pieces.length === 1 ? first : Buffer.concat(pieces), HEADER_ROOM_BYTES)
}

function isOurs(messages: readonly object[]): boolean {
  return encodedRecordsOf(messages) !== undefined || messages.every(isPlainMessage)
}

function encodeBatch(messages: readonly object[], producer: ProducerState, nowMs: number, roomBytes: number): Buffer {
  const encoded = encodedRecordsOf(messages)
  if (encoded === undefined) return encodeRecordBatch(messages as readonly PlainMessage[], producer, nowMs, roomBytes)
  if (encoded.count !== messages.length)
    throw new Error(`${encoded.count} records were encoded, ${messages.length} are sent`)
  return frameRecords(encoded, producer, nowMs, roomBytes)
}
