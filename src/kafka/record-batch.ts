import { crc32c } from '@node-rs/crc32'

/** One record: opaque bytes and text headers. */
export interface PlainMessage {
  readonly key: Buffer
  readonly value: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** What a batch says of its producer; -1, 0, 0 where that is not idempotent. */
export interface ProducerState {
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly firstSequence: number
}

const BATCH_HEAD_BYTES = 61
const [LENGTH_AT, MAGIC_AT, CRC_AT, ATTRIBUTES_AT] = [8, 16, 17, 21] as const
const MAGIC = 2
/** More than the lengths, deltas and header fields of most records; a buffer that is too small grows. */
const RECORD_ROOM_BYTES = 768

/**
 * The bytes of one record batch (message format 2, uncompressed, not transactional), behind `roomBytes` of room for
 * what goes before it: what kafkajs makes of the same messages, byte for byte, in one buffer instead of one for every
 * record and header.
 */
export function encodeRecordBatch(
  messages: readonly PlainMessage[],
  producer: ProducerState,
  nowMs: number,
  roomBytes: number,
): Buffer {
  let sizeBytes = roomBytes + BATCH_HEAD_BYTES
  for (const { key, value } of messages) sizeBytes += key.length + value.length + RECORD_ROOM_BYTES
  target = Buffer.allocUnsafeSlow(sizeBytes)
  at = roomBytes + BATCH_HEAD_BYTES
  for (let i = 0; i < messages.length; i++) writeRecord(messages[i] as PlainMessage, i)
  const encoded = target.subarray(0, at)
  const batch = encoded.subarray(roomBytes)

  batch.fill(0, 0, BATCH_HEAD_BYTES) // base offset, leader epoch and attributes are 0
  batch.writeInt32BE(batch.length - LENGTH_AT - 4, LENGTH_AT)
  batch[MAGIC_AT] = MAGIC
  batch.writeInt32BE(messages.length - 1, ATTRIBUTES_AT + 2) // last offset delta
  batch.writeBigInt64BE(BigInt(nowMs), ATTRIBUTES_AT + 6) // first timestamp
  batch.writeBigInt64BE(BigInt(nowMs), ATTRIBUTES_AT + 14) // last timestamp
  batch.writeBigInt64BE(producer.producerId, ATTRIBUTES_AT + 22)
  batch.writeInt16BE(producer.producerEpoch, ATTRIBUTES_AT + 30)
  batch.writeInt32BE(producer.firstSequence, ATTRIBUTES_AT + 32)
  batch.writeInt32BE(messages.length, ATTRIBUTES_AT + 36)
  batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT)), CRC_AT)
  return encoded
}

// Nothing here is asynchronous: there is one batch at a time.
let target = Buffer.alloc(0)
let at = 0
/** The headers of one record, whose length has to be known before they are written. */
let fields = Buffer.allocUnsafeSlow(4_096)
let fieldsEnd = 0

/** attributes int8, timestamp delta varlong, offset delta varint, key, value, headers; before them their length. */
function writeRecord({ key, value, headers }: PlainMessage, offsetDelta: number): void {
  const count = writeFields(headers)
  const sizeBytes =
    2 +
    varintBytes(offsetDelta) +
    varintBytes(key.length) +
    key.length +
    varintBytes(value.length) +
    value.length +
    varintBytes(count) +
    fieldsEnd
  reserve(5 + sizeBytes)
  writeVarint(sizeBytes)
  target[at++] = 0
  target[at++] = 0
  writeVarint(offsetDelta)
  writeVarint(key.length)
  at += key.copy(target, at)
  writeVarint(value.length)
  at += value.copy(target, at)
  writeVarint(count)
  at += fields.copy(target, at, 0, fieldsEnd)
}

function reserve(bytes: number): void {
  if (at + bytes <= target.length) return
  const larger = Buffer.allocUnsafeSlow(2 * (at + bytes))
  target.copy(larger, 0, 0, at)
  target = larger
}

function writeFields(headers: PlainMessage['headers']): number {
  let count = 0
  fieldsEnd = 0
  for (const name in headers) {
    writeText(name)
    writeText(headers[name] as string)
    count++
  }
  return count
}

/** Its length and its UTF-8. Nearly always short and ASCII, for which a loop is cheaper than a call into Node. */
function writeText(text: string): void {
  const room = 5 + 3 * text.length
  if (fieldsEnd + room > fields.length) {
    const larger = Buffer.allocUnsafeSlow(2 * (fieldsEnd + room))
    fields.copy(larger, 0, 0, fieldsEnd)
    fields = larger
  }
  const start = fieldsEnd
  fieldsEnd = putVarint(fields, fieldsEnd, text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) {
      fieldsEnd = putVarint(fields, start, Buffer.byteLength(text))
      fieldsEnd += fields.write(text, fieldsEnd)
      return
    }
    fields[fieldsEnd++] = code
  }
}

function writeVarint(value: number): void {
  at = putVarint(target, at, value)
}

/** Zigzag and seven bits a byte, of a number that is not negative; returns where it ends. */
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
