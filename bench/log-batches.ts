import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Sizes of a topic's segments in the data folder of one broker, by file. */
export type SegmentSizes = ReadonlyMap<string, number>

/** What was appended to some segments: record batches as Kafka stores them, with their headers and framing. */
export interface Appended {
  batches: number
  records: number
  bytes: number
  /** Only of the records' values: the invoices. */
  valueBytes: number
}

/** Offsets of the fields of a record batch (KIP-98) from its first byte. */
const AT = { batchLength: 8, attributes: 21, recordCount: 57, records: 61 }
const LENGTH_END = 12
const COMPRESSION = 0b111

export function segmentSizes(dataFolder: string, topic: string): SegmentSizes {
  const folders = readdirSync(dataFolder).filter((name) => name.replace(/-\d+$/, '') === topic)
  const files = folders.flatMap((folder) =>
    readdirSync(join(dataFolder, folder))
      .filter((name) => name.endsWith('.log'))
      .map((name) => join(dataFolder, folder, name)),
  )
  return new Map(files.map((file) => [file, statSync(file).size]))
}

/** How many bytes the segments grew by. */
export function growth(before: SegmentSizes, after: SegmentSizes): number {
  return [...after].reduce((sum, [file, size]) => sum + size - (before.get(file) ?? 0), 0)
}

/** Reads the batches that were appended to one file from `from` on. Throws if one is compressed. */
export function appendedTo(file: string, from: number): Appended {
  const bytes = readFrom(file, from)
  const sum: Appended = { batches: 0, records: 0, bytes: bytes.length, valueBytes: 0 }
  for (const { at, end, records, compression } of batchesIn(bytes)) {
    if (compression !== 0) throw new Error(`${file}: a compressed batch`)
    sum.batches++
    sum.records += records
    sum.valueBytes += valueBytes(bytes.subarray(at + AT.records, end), records)
  }
  return sum
}

/** Counts the batches and records of a topic's segments that are longer than they were, compressed or not. */
export function appendedSince(before: SegmentSizes, after: SegmentSizes) {
  const sum = { batches: 0, compressed: 0, records: 0, bytes: growth(before, after) }
  for (const file of after.keys())
    for (const { records, compression } of batchesIn(readFrom(file, before.get(file) ?? 0))) {
      sum.batches++
      sum.records += records
      if (compression !== 0) sum.compressed++
    }
  return sum
}

function* batchesIn(bytes: Buffer) {
  for (let at = 0; at < bytes.length; ) {
    const end = at + LENGTH_END + bytes.readInt32BE(at + AT.batchLength)
    const compression = bytes.readInt16BE(at + AT.attributes) & COMPRESSION
    yield { at, end, compression, records: bytes.readInt32BE(at + AT.recordCount) }
    at = end
  }
}

function readFrom(file: string, from: number): Buffer {
  const descriptor = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(fstatSync(descriptor).size - from)
    readSync(descriptor, bytes, 0, bytes.length, from)
    return bytes
  } finally {
    closeSync(descriptor)
  }
}

/** Record: length, attributes (1 byte), timestamp delta, offset delta, key length, key, value length, value, headers. */
function valueBytes(bytes: Buffer, records: number): number {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++] as number
      value += (byte & 127) * factor
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    }
  }
  let sum = 0
  for (let i = 0; i < records; i++) {
    const length = varint()
    const end = at + length
    at++
    varint()
    varint()
    const keyBytes = varint() // this moves `at`, too
    at += keyBytes
    sum += varint()
    at = end
  }
  return sum
}
