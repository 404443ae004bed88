import { promisify } from 'node:util'
import { gzip, gzipSync, type ZlibOptions, type ZstdOptions, zstdCompress, zstdCompressSync } from 'node:zlib'
import type { EncodedRecords } from './encoded-records.ts'
import { encodeRecords, type PlainMessage } from './record-batch.ts'

/** How batches are compressed, in Kafka's words. The place in the list is the number in the attributes of a batch. */
export const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

export type Compression = (typeof COMPRESSIONS)[number]

/** Compresses the records of a batch, in this thread or in another one. */
export interface Compressor {
  deflate(records: Buffer): Buffer
  deflateElsewhere(records: Buffer): Promise<Buffer>
}

/** Encodes and compresses the records of one batch. To be called once for each batch. */
export type CompressRecords = (messages: readonly PlainMessage[]) => EncodedRecords | Promise<EncodedRecords>

/**
 * Up to this many bytes are compressed at once: the event loop stands still for less than it takes to hand them to
 * another thread and back. Gzip, the slowest, takes a third of a millisecond for them.
 */
export const COMPRESSED_AT_ONCE_BYTES = 64 * 1_024

/**
 * What compresses, or `null` with `none`. Rejects when the package for it cannot be loaded on this machine.
 *
 * Records that do not get smaller stay as they are. So a batch is never larger than it is uncompressed, and what
 * `max.message.bytes` takes does not depend on what is in the invoices.
 */
export async function loadCompression(compression: Compression): Promise<CompressRecords | null> {
  if (compression === 'none') return null
  const compressor = await COMPRESSORS[compression]()
  const number = COMPRESSIONS.indexOf(compression)
  return (messages) => {
    const records = encodeRecords(messages, 0)
    const smaller = (deflated: Buffer): EncodedRecords =>
      deflated.length < records.length
        ? { count: messages.length, compression: number, bytes: deflated }
        : { count: messages.length, compression: 0, bytes: records }
    if (records.length <= COMPRESSED_AT_ONCE_BYTES) return smaller(compressor.deflate(records))
    return compressor.deflateElsewhere(records).then(smaller)
  }
}

/** With the levels that Java's producer has by default: 6 for gzip, 3 for zstd. */
const COMPRESSORS: Record<Exclude<Compression, 'none'>, () => Compressor | Promise<Compressor>> = {
  gzip: () => ofNode<ZlibOptions>(gzipSync, promisify(gzip)),
  zstd: () => ofNode<ZstdOptions>(zstdCompressSync, promisify(zstdCompress)),
  lz4: () => import('./codecs-lz4.ts'),
  snappy: () => import('./codecs-snappy.ts'),
}

function ofNode<Options extends { chunkSize?: number | undefined }>(
  deflate: (records: Buffer, options?: Options) => Buffer,
  deflateElsewhere: (records: Buffer, options: Options) => Promise<Buffer>,
): Compressor {
  return {
    deflate: (records) => deflate(records),
    // Node goes to the other thread again for each chunk of the result. Invoices shrink to less than a quarter.
    deflateElsewhere: (records) => deflateElsewhere(records, { chunkSize: records.length >> 2 } as Options),
  }
}
