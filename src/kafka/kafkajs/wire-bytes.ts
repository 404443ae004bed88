import { Buffer } from 'node:buffer'

// The types of which Kafka's older requests are made. Source: https://kafka.apache.org/protocol, "Protocol Primitive Types".

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

/** Its length in two bytes, and UTF-8. */
export function string(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([int16(bytes.length), bytes])
}
