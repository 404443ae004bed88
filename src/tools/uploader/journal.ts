import { createReadStream, type ReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { PrefixHash } from './prefix-hash.ts'
import type { Progress } from './progress-file.ts'

/** A journal that can be sent, and what is known of it from earlier runs. */
export interface Journal {
  /** As named in the arguments. */
  readonly file: string
  /** Size on disk; undefined for standard input. */
  readonly bytes: number | undefined
  readonly progress: Progress | null
  /** The file that records how far the journal is done; null: none. */
  readonly progressFile: string | null
  readonly rejectedFile: string
  /** Of the lines that earlier runs read. */
  readonly hash: PrefixHash
  /** Its bytes from `offset` on, inflated if it is compressed. */
  read(offset: number): JournalBytes
  /** Lets other runs have it. */
  release(): void
}

export interface JournalBytes {
  readonly chunks: AsyncIterable<Buffer>
  /** How many bytes of the file were read so far. */
  bytesRead(): number
}

/** The argument that stands for standard input. */
export const STANDARD_INPUT = '-'

export const progressFileOf = (file: string) => `${file}.progress`
export const rejectedFileOf = (file: string) => `${file === STANDARD_INPUT ? 'stdin' : file}.rejected.ndjson`

/** The bytes of a file from `offset` on, inflated if its name ends in .gz. */
export function readJournal(file: string, offset: number): JournalBytes {
  if (!file.endsWith('.gz')) {
    const source = createReadStream(file, { start: offset })
    const chunks = offset === 0 ? plain(source) : source
    return { chunks, bytesRead: () => offset + source.bytesRead }
  }
  const source = createReadStream(file)
  return { chunks: skip(inflated(source), offset), bytesRead: () => source.bytesRead }
}

/** How compressed data starts: gzip, zstd. */
const COMPRESSED = [Buffer.from([0x1f, 0x8b]), Buffer.from([0x28, 0xb5, 0x2f, 0xfd])]

/** Passes the bytes on. Throws if they are compressed. */
export async function* plain(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isFirst = true
  for await (const chunk of chunks) {
    if (isFirst && COMPRESSED.some((start) => start.equals(chunk.subarray(0, start.length))))
      throw new Error('it is compressed: name it .gz if it is gzip, or unpack it')
    isFirst = false
    yield chunk
  }
}

function inflated(source: ReadStream): AsyncIterable<Buffer> {
  // An error in either stream destroys both and is thrown where the chunks are read.
  return pipeline(source, createGunzip(), () => {})
}

async function* skip(chunks: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes
  for await (const chunk of chunks) {
    yield chunk.subarray(left)
    left = Math.max(0, left - chunk.length)
  }
}
