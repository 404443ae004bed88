import { promisify } from 'node:util'
import { zstdDecompress } from 'node:zlib'
import kafkajs from 'kafkajs'
import lz4 from 'lz4-napi'
import snappy from 'snappy'

// kafkajs itself reads only gzip. Import this file before the first batch is read.

const { CompressionCodecs, CompressionTypes } = kafkajs

/** How the gateway, Java's producers and brokers begin: 16 bytes, then blocks behind their lengths. */
const XERIAL = Buffer.from([0x82, ...Buffer.from('SNAPPY'), 0])

function snappyBlocks(bytes: Buffer): Buffer[] {
  if (!bytes.subarray(0, XERIAL.length).equals(XERIAL)) return [bytes]
  const blocks: Buffer[] = []
  for (let at = 16; at < bytes.length; at += 4 + bytes.readInt32BE(at))
    blocks.push(bytes.subarray(at + 4, at + 4 + bytes.readInt32BE(at)))
  return blocks
}

const readers: Record<number, (bytes: Buffer) => Promise<Buffer>> = {
  [CompressionTypes.ZSTD]: promisify(zstdDecompress),
  [CompressionTypes.LZ4]: (bytes) => lz4.decompressFrame(bytes),
  [CompressionTypes.Snappy]: async (bytes) =>
    Buffer.concat(snappyBlocks(bytes).map((block) => snappy.uncompressSync(block) as Buffer)),
}
const compress = () => Promise.reject(new Error('the sink writes nothing to Kafka'))
for (const [type, decompress] of Object.entries(readers))
  CompressionCodecs[Number(type) as keyof typeof CompressionCodecs] = () => ({ compress, decompress })
