import lz4 from 'lz4-napi'

/** Of the LZ4 frame format (lz4_Frame_format.md, 1.6.4), which Kafka uses. A frame is a header, blocks and an end mark. */
const MAGIC = 0x184d2204
/** Bits of the header's first byte after the magic number. */
const [DICTIONARY_ID, CONTENT_CHECKSUM, CONTENT_SIZE, BLOCK_CHECKSUMS] = [0x01, 0x04, 0x08, 0x10] as const
const END_MARK = 0
/** The most bytes that one compressed byte stands for. */
const MAX_EXPANSION = 255

/**
 * The frame says at most how long its blocks may become, so this is an upper bound: every block full, or as long as its
 * bytes allow.
 */
export function inflatedBytes(records: Buffer): number {
  return measure(records).inflatedBytes
}

/** What is behind the end of the frame is not read. Java does not read it either. */
export function inflate(records: Buffer): Promise<Buffer> {
  return lz4.decompressFrame(records.subarray(0, measure(records).frameBytes))
}

/** One frame of independent blocks: Java reads no others. */
export function deflate(records: Buffer): Buffer {
  return lz4.compressFrameSync(records)
}

/** The same bytes, made in another thread. */
export function deflateElsewhere(records: Buffer): Promise<Buffer> {
  return lz4.compressFrame(records)
}

function measure(records: Buffer): { frameBytes: number; inflatedBytes: number } {
  if (records.length < 7 || records.readUInt32LE(0) !== MAGIC) throw new Error('it is not an LZ4 frame')
  const [flags, blockSize] = [records[4] as number, records[5] as number]
  const sizeOf = (part: number, bytes: number) => ((flags & part) === 0 ? 0 : bytes)
  const maxBlockBytes = 2 ** (8 + 2 * ((blockSize >> 4) & 7)) // 4: 64 KiB, 5: 256 KiB, 6: 1 MiB, 7: 4 MiB
  let at = 7 + sizeOf(CONTENT_SIZE, 8) + sizeOf(DICTIONARY_ID, 4)
  let inflatedBytes = 0
  for (;;) {
    if (at + 4 > records.length) throw new Error('it ends before its end mark')
    const head = records.readUInt32LE(at)
    at += 4
    if (head === END_MARK) return { frameBytes: at + sizeOf(CONTENT_CHECKSUM, 4), inflatedBytes }
    const blockBytes = head & 0x7fffffff
    const isStored = head > 0x7fffffff
    inflatedBytes += isStored ? blockBytes : Math.min(maxBlockBytes, MAX_EXPANSION * blockBytes)
    at += blockBytes + sizeOf(BLOCK_CHECKSUMS, 4)
  }
}
