import { createReadStream } from 'node:fs'
import { inflated } from './inflate-journal.ts'
import { CODING_BYTES, codingOf, type JournalCoding, lookAt } from './journal-content.ts'
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
  /** How many bytes of the file hold all before `end`, which has been read; about, if it is compressed. */
  bytesUpTo(end: number): number
}

/** The argument that stands for standard input. */
export const STANDARD_INPUT = '-'

export const progressFileOf = (file: string) => `${file}.progress`
export const rejectedFileOf = (file: string) => `${file === STANDARD_INPUT ? 'stdin' : file}.rejected.ndjson`

/** The bytes of a file from `offset` on, inflated. */
export function readJournal(file: string, offset: number, coding: JournalCoding): JournalBytes {
  if (coding === 'identity') return { chunks: createReadStream(file, { start: offset }), bytesUpTo: (end) => end }
  const source = createReadStream(file)
  let inflatedBytes = 0
  async function* inflating(): AsyncGenerator<Buffer> {
    for await (const chunk of inflated(source, coding)) {
      inflatedBytes += chunk.length
      yield chunk
    }
  }
  const bytesUpTo = (end: number) => (inflatedBytes === 0 ? 0 : (source.bytesRead * end) / inflatedBytes)
  return { chunks: skip(inflating(), offset), bytesUpTo }
}

/** Resolves with how a file is compressed. Throws if its content is not one invoice a line. */
export async function checkContent(file: string): Promise<JournalCoding> {
  const { coding, chunks } = await openContent(createReadStream(file))
  await chunks.return(undefined)
  return coding
}

/** Inflates content whose coding is not known yet. Throws if it is not one invoice a line, before the first chunk. */
export async function openContent(
  source: AsyncIterable<Buffer>,
): Promise<{ coding: JournalCoding; chunks: AsyncGenerator<Buffer> }> {
  const raw = await peek(source, (start) => start.length >= CODING_BYTES)
  const coding = codingOf(raw.beginning)
  const content = await peek(inflated(raw.chunks, coding), (start) => lookAt(start, false).kind !== 'more')
  const seen = lookAt(content.beginning, true)
  if (seen.kind === 'fault') {
    await content.chunks.return(undefined)
    throw new Error(seen.reason)
  }
  return { coding, chunks: content.chunks }
}

/** Reads until `isEnough` of the beginning, or the end. `chunks` still has all of it. */
async function peek(source: AsyncIterable<Buffer>, isEnough: (beginning: Buffer) => boolean) {
  const iterator = source[Symbol.asyncIterator]()
  let beginning = Buffer.alloc(0)
  while (!isEnough(beginning)) {
    const { done, value } = await iterator.next()
    if (done) break
    beginning = Buffer.concat([beginning, value])
  }
  async function* all(): AsyncGenerator<Buffer> {
    try {
      if (beginning.length > 0) yield beginning
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
    } finally {
      await iterator.return?.()
    }
  }
  return { beginning, chunks: all() }
}

async function* skip(chunks: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes
  for await (const chunk of chunks) {
    yield chunk.subarray(left)
    left = Math.max(0, left - chunk.length)
  }
}
