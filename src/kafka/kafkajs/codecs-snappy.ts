import snappy from 'snappy'

/** How Java's producers begin: xerial's stream of blocks. Others (librdkafka) write one block without it. */
const XERIAL = Buffer.from([0x82, ...Buffer.from('SNAPPY'), 0])
/** The beginning, the version and the oldest compatible version. */
const XERIAL_HEADER_BYTES = 16
const LENGTH_BYTES = 4

export function inflatedBytes(records: Buffer): number {
  return blocksOf(records).reduce((sum, block) => sum + blockBytes(block), 0)
}

export function inflate(records: Buffer): Buffer {
  return Buffer.concat(blocksOf(records).map((block) => snappy.uncompressSync(block) as Buffer))
}

/** A stream as from Java's producer, of one block. */
export function deflate(records: Buffer): Buffer {
  return stream(snappy.compressSync(records))
}

/** The same bytes, made in another thread. */
export async function deflateElsewhere(records: Buffer): Promise<Buffer> {
  return stream(await snappy.compress(records))
}

function stream(block: Buffer): Buffer {
  const bytes = Buffer.allocUnsafeSlow(XERIAL_HEADER_BYTES + LENGTH_BYTES + block.length)
  XERIAL.copy(bytes)
  bytes.writeInt32BE(1, XERIAL.length)
  bytes.writeInt32BE(1, XERIAL.length + 4)
  bytes.writeInt32BE(block.length, XERIAL_HEADER_BYTES)
  block.copy(bytes, XERIAL_HEADER_BYTES + LENGTH_BYTES)
  return bytes
}

/** The blocks, each as Google's format has it. */
function blocksOf(records: Buffer): Buffer[] {
  if (!records.subarray(0, XERIAL.length).equals(XERIAL)) return [records]
  const blocks: Buffer[] = []
  for (let at = XERIAL_HEADER_BYTES; at < records.length; ) {
    const start = at + LENGTH_BYTES
    at = start + (start > records.length ? 0 : records.readInt32BE(start - LENGTH_BYTES))
    if (at < start || at > records.length) throw new Error('it ends in the middle of a block')
    blocks.push(records.subarray(start, at))
  }
  if (blocks.length === 0) throw new Error('it has no blocks')
  return blocks
}

/** The inflated length, with which a block begins: seven bits per byte, the lowest first. */
function blockBytes(block: Buffer): number {
  let length = 0
  for (let i = 0; i < 5; i++) {
    const byte = block[i] ?? 0
    length += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return length
  }
  throw new Error('a block has no length')
}
