import { crc32c } from '@node-rs/crc32'
import type { EncodedRecords } from './encoded-records.ts'

/** One record: opaque bytes, perhaps none, and headers. */
export interface PlainMessage {
  readonly key: Buffer
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, string | Buffer>>
}

/** Whether it is encoded here: kafkajs encodes messages with a timestamp, and keys and headers of other kinds. */
export function isPlainMessage(message: object): message is PlainMessage {
  const { key, value, headers, timestamp } = message as Partial<PlainMessage> & { timestamp?: unknown }
  const isValue = value === null || Buffer.isBuffer(value)
  if (!Buffer.isBuffer(key) || !isValue || headers === undefined || timestamp !== undefined) return false
  for (const name in headers) {
    const header = headers[name]
    if (typeof header !== 'string' && !Buffer.isBuffer(header)) return false
  }
  return true
}

/** What a batch says about its producer; -1, 0, 0 if that is not idempotent. */
export interface ProducerState {
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly firstSequence: number
  readonly isTransactional?: boolean
}

const BATCH_HEAD_BYTES = 61
const [LENGTH_AT, MAGIC_AT, CRC_AT, ATTRIBUTES_AT] = [8, 16, 17, 21] as const
const MAGIC = 2
const TRANSACTIONAL = 0x10
/** More than most records need for lengths, deltas and header fields; a buffer that is too small grows. */
const RECORD_ROOM_BYTES = 768
const MAX_VARINT_BYTES = 5

/** A buffer that is being filled. */
interface Writer {
  bytes: Buffer
  /** Where the next byte goes. */
  at: number
}

/**
 * The bytes of one record batch (message format 2, uncompressed), with `roomBytes` of room in front.
 * They are the same bytes that kafkajs makes of these messages, but in one buffer instead of one per record and header.
 */
export function encodeRecordBatch(
  messages: readonly PlainMessage[],
  producer: ProducerState,
  nowMs: number,
  roomBytes: number,
): Buffer {
  const encoded = encodeRecords(messages, roomBytes + BATCH_HEAD_BYTES)
  writeHead(encoded.subarray(roomBytes), { count: messages.length, compression: 0 }, producer, nowMs)
  return encoded
}

/** The same of records that were encoded before, and perhaps compressed. They are copied as they are. */
export function frameRecords(
  records: EncodedRecords,
  producer: ProducerState,
  nowMs: number,
  roomBytes: number,
): Buffer {
  const encoded = Buffer.allocUnsafeSlow(roomBytes + BATCH_HEAD_BYTES + records.bytes.length)
  records.bytes.copy(encoded, roomBytes + BATCH_HEAD_BYTES)
  writeHead(encoded.subarray(roomBytes), records, producer, nowMs)
  return encoded
}

/** What follows the head of a batch, with `roomBytes` of room in front. Nothing in it depends on time or producer. */
export function encodeRecords(messages: readonly PlainMessage[], roomBytes: number): Buffer {
  let sizeBytes = roomBytes
  for (const { key, value } of messages) sizeBytes += key.length + lengthOf(value) + RECORD_ROOM_BYTES
  const writer: Writer = { bytes: Buffer.allocUnsafeSlow(sizeBytes), at: roomBytes }
  for (let i = 0; i < messages.length; i++) writeRecord(writer, messages[i] as PlainMessage, i)
  return writer.bytes.subarray(0, writer.at)
}

function writeHead(
  batch: Buffer,
  { count, compression }: Pick<EncodedRecords, 'count' | 'compression'>,
  producer: ProducerState,
  nowMs: number,
): void {
  batch.fill(0, 0, BATCH_HEAD_BYTES) // base offset and leader epoch are 0
  batch.writeInt16BE(compression | (producer.isTransactional ? TRANSACTIONAL : 0), ATTRIBUTES_AT)
  batch.writeInt32BE(batch.length - LENGTH_AT - 4, LENGTH_AT)
  batch[MAGIC_AT] = MAGIC
  batch.writeInt32BE(count - 1, ATTRIBUTES_AT + 2) // last offset delta
  batch.writeBigInt64BE(BigInt(nowMs), ATTRIBUTES_AT + 6) // first timestamp
  batch.writeBigInt64BE(BigInt(nowMs), ATTRIBUTES_AT + 14) // last timestamp
  batch.writeBigInt64BE(producer.producerId, ATTRIBUTES_AT + 22)
  batch.writeInt16BE(producer.producerEpoch, ATTRIBUTES_AT + 30)
  batch.writeInt32BE(producer.firstSequence, ATTRIBUTES_AT + 32)
  batch.writeInt32BE(count, ATTRIBUTES_AT + 36)
  batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT)), CRC_AT)
}

/** The length of most records takes two bytes. For other records, what follows the length is moved. */
const USUAL_LENGTH_BYTES = 2

/** The length -1, as a varint: there is no value. */
const NO_VALUE = 1

/** A record: length, attributes int8, timestamp delta varlong, offset delta varint, key, value, headers. */
function writeRecord(writer: Writer, { key, value, headers }: PlainMessage, offsetDelta: number): void {
  reserve(writer, 7 * MAX_VARINT_BYTES + key.length + lengthOf(value))
  const start = writer.at
  const { bytes } = writer
  let at = start + USUAL_LENGTH_BYTES
  bytes[at++] = 0
  bytes[at++] = 0
  at = putVarint(bytes, at, offsetDelta)
  at = putVarint(bytes, at, key.length)
  at += key.copy(bytes, at)
  if (value === null) bytes[at++] = NO_VALUE
  else {
    at = putVarint(bytes, at, value.length)
    at += value.copy(bytes, at)
  }
  let count = 0
  for (const _ in headers) count++
  writer.at = putVarint(bytes, at, count)
  for (const name in headers) {
    writeText(writer, name)
    const header = headers[name] as string | Buffer
    if (typeof header === 'string') writeText(writer, header)
    else writeBytes(writer, header)
  }
  writeLength(writer, start)
}

/** Writes the length of what begins `USUAL_LENGTH_BYTES` after `start`. */
function writeLength(writer: Writer, start: number): void {
  const length = writer.at - start - USUAL_LENGTH_BYTES
  const lengthBytes = varintBytes(length)
  if (lengthBytes !== USUAL_LENGTH_BYTES) {
    reserve(writer, MAX_VARINT_BYTES)
    writer.bytes.copyWithin(start + lengthBytes, start + USUAL_LENGTH_BYTES, writer.at)
    writer.at += lengthBytes - USUAL_LENGTH_BYTES
  }
  putVarint(writer.bytes, start, length)
}

function reserve(writer: Writer, bytes: number): void {
  if (writer.at + bytes <= writer.bytes.length) return
  const larger = Buffer.allocUnsafeSlow(2 * (writer.at + bytes))
  writer.bytes.copy(larger, 0, 0, writer.at)
  writer.bytes = larger
}

/**
 * The text's length and its UTF-8. It is nearly always short and ASCII, for which a loop is cheaper than a call into
 * Node.
 */
function writeText(writer: Writer, text: string): void {
  reserve(writer, MAX_VARINT_BYTES + 3 * text.length)
  const { bytes, at: start } = writer
  let at = putVarint(bytes, start, text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) {
      at = putVarint(bytes, start, Buffer.byteLength(text))
      writer.at = at + bytes.write(text, at)
      return
    }
    bytes[at++] = code
  }
  writer.at = at
}

function writeBytes(writer: Writer, header: Buffer): void {
  reserve(writer, MAX_VARINT_BYTES + header.length)
  const at = putVarint(writer.bytes, writer.at, header.length)
  writer.at = at + header.copy(writer.bytes, at)
}

function lengthOf(value: Buffer | null): number {
  return value === null ? 0 : value.length
}

/** Zigzag, seven bits per byte, of a number that is not negative. Returns where it ends. */
function putVarint(buffer: Buffer, start: number, value: number): number {
  let rest = value * 2
  let end = start
  while (rest > 0x7f) {
    buffer[end++] = (rest & 0x7f) | 0x80
    rest = Math.floor(rest / 128)
  }
  buffer[end++] = rest
  return end
}

function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value * 2; rest > 0x7f; rest = Math.floor(rest / 128)) bytes++
  return bytes
}
