import { promisify } from 'node:util'
import { gunzip, zstdDecompress } from 'node:zlib'

/**
 * The most bytes that the records of one batch may inflate to. Real batches have a few MB at the most; a small one that
 * inflates without end must not fill the memory.
 */
export const MAX_INFLATED_BYTES = 64 * 2 ** 20

/** A compressed batch that cannot be read, now or later. The message says why. */
export class UnreadableBatch extends Error {
  /** Tells kafkajs that reading it again would fail again. */
  readonly retriable = false

  constructor(compression: string, why: string) {
    super(`a batch compressed with ${compression} ${why}`)
    this.name = 'UnreadableBatch'
  }
}

/** A codec that knows how much comes out before it inflates. Both functions throw when the records are damaged. */
export interface MeasuringCodec {
  /** The most bytes that these records can inflate to. */
  inflatedBytes(records: Buffer): number
  inflate(records: Buffer): Buffer | Promise<Buffer>
}

interface Codec {
  /** Its number in the attributes of a batch. */
  readonly type: number
  readonly name: string
  inflate(records: Buffer): Promise<Buffer>
}

/** A package is loaded for the first batch that needs it, so only by readers. */
const CODECS: readonly Codec[] = [
  {
    type: 1,
    name: 'gzip',
    inflate: (records) => promisify(gunzip)(records, { maxOutputLength: MAX_INFLATED_BYTES }),
  },
  {
    type: 2,
    name: 'snappy',
    inflate: async (records) => inflateMeasured(await import('./codecs-snappy.ts'), records),
  },
  {
    type: 3,
    name: 'lz4',
    inflate: async (records) => inflateMeasured(await import('./codecs-lz4.ts'), records),
  },
  {
    type: 4,
    name: 'zstd',
    inflate: (records) => promisify(zstdDecompress)(records, { maxOutputLength: MAX_INFLATED_BYTES }),
  },
]

/**
 * Lets kafkajs read batches with every compression that Kafka has; by itself it reads only gzip, and of any size. `table`
 * is where it looks for codecs. What cannot be read is an `UnreadableBatch`. kafkajs itself compresses nothing: our batches
 * are compressed before it gets them (`compression.ts`).
 */
export function registerCodecs(table: Record<number, () => unknown>): void {
  for (const { type, name, inflate } of CODECS) {
    const codec = {
      compress: async () => {
        throw new Error(`kafkajs writes nothing with ${name}`)
      },
      decompress: (records: Buffer) =>
        inflate(records).catch((error) => {
          throw new UnreadableBatch(name, reasonOf(error))
        }),
    }
    table[type] = () => codec
  }
}

async function inflateMeasured(codec: MeasuringCodec, records: Buffer): Promise<Buffer> {
  if (codec.inflatedBytes(records) > MAX_INFLATED_BYTES) throw Object.assign(new Error(), { code: TOO_LARGE })
  return await codec.inflate(records)
}

/** Node's own code for more than `maxOutputLength`. */
const TOO_LARGE = 'ERR_BUFFER_TOO_LARGE'

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === TOO_LARGE) return `inflates to more than ${MAX_INFLATED_BYTES / 2 ** 20} MiB`
  return `cannot be read: ${message}`
}
