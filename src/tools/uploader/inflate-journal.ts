import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib'
import type { JournalCoding } from './journal-content.ts'

/** The decoded chunks. Throws when the content is cut off or damaged. Zeros behind a member of gzip are padding. */
export function inflated(chunks: AsyncIterable<Buffer>, coding: JournalCoding): AsyncIterable<Buffer> {
  if (coding === 'identity') return chunks
  return coding === 'zstd' ? frames(chunks, createZstdDecompress, false) : frames(chunks, createGunzip, true)
}

/**
 * Node's decoders end with a frame that ends inside a chunk, and say nothing of what is left: another frame, padding, or
 * something else. So what is left gets a decoder of its own.
 */
async function* frames(
  chunks: AsyncIterable<Buffer>,
  createDecoder: () => Gunzip | ZstdDecompress,
  mayBePadded: boolean,
): AsyncGenerator<Buffer> {
  const source = chunks[Symbol.asyncIterator]()
  const next = async (): Promise<Buffer | undefined> => {
    const { done, value } = await source.next()
    return done ? undefined : value
  }
  let rest = await next()

  /** Feeds the decoder up to the end of a frame or of the source. */
  async function feed(decoder: Gunzip | ZstdDecompress): Promise<void> {
    while (rest !== undefined) {
      const usedBytes = await write(decoder, rest)
      if (usedBytes < rest.length) {
        rest = rest.subarray(usedBytes)
        return
      }
      rest = await next()
    }
    decoder.end()
  }

  try {
    while (rest !== undefined) {
      if (mayBePadded) rest = rest.subarray(paddingBytes(rest))
      if (rest.length === 0) {
        rest = await next()
        continue
      }
      const decoder = createDecoder()
      const fed = feed(decoder).catch((error) => void decoder.destroy(error))
      yield* decoder as AsyncIterable<Buffer>
      await fed
    }
  } finally {
    await source.return?.()
  }
}

function paddingBytes(chunk: Buffer): number {
  const start = chunk.findIndex((byte) => byte !== 0)
  return start === -1 ? chunk.length : start
}

/** Resolves with how many bytes the decoder took. */
async function write(decoder: Gunzip | ZstdDecompress, chunk: Buffer): Promise<number> {
  const before = decoder.bytesWritten
  await new Promise<void>((resolve, reject) => decoder.write(chunk, (error) => (error ? reject(error) : resolve())))
  return decoder.bytesWritten - before
}
