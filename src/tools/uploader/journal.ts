import { createHash } from 'node:crypto'
import { createReadStream, type ReadStream } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { InputError } from '../terminal/flags.ts'
import { type Fingerprint, type Progress, readProgress } from './progress-file.ts'

/** A journal that can be sent, and what is known of it from earlier runs. */
export interface Journal {
  readonly file: string
  readonly fingerprint: Fingerprint
  readonly progress: Progress | null
}

/** A journal cannot be sent, and nothing of it was; the message says why. */
export class JournalError extends InputError {}

const HEAD_BYTES = 65_536

export const progressFileOf = (file: string) => `${file}.progress`
export const rejectedFileOf = (file: string) => `${file}.rejected.ndjson`

/**
 * Looks at a journal and at its progress file. `again`: what earlier runs left beside it is deleted. Throws
 * `JournalError` when it cannot be read, or is not the one that the progress is about.
 */
export async function openJournal(file: string, again: boolean): Promise<Journal> {
  try {
    if (!(await stat(file)).isFile()) throw new Error(`${file} is no file`)
    const fingerprint = await fingerprintOf(file)
    if (again) for (const left of [progressFileOf(file), rejectedFileOf(file)]) await rm(left, { force: true })
    const progress = await readProgress(progressFileOf(file))
    if (progress !== null && !(await isSame(file, fingerprint, progress.journal)))
      throw new Error(`${file} is not the journal that ${progressFileOf(file)} is about: --again starts over`)
    return { file, fingerprint, progress }
  } catch (error) {
    throw new JournalError((error as Error).message)
  }
}

/** The bytes of a journal (those in it, where its name ends in .gz) from `offset` on. `bytesRead()`: of the file. */
export function readJournal(
  file: string,
  offset: number,
): { readonly chunks: AsyncIterable<Buffer>; readonly bytesRead: () => number } {
  if (!file.endsWith('.gz')) {
    const source = createReadStream(file, { start: offset })
    return { chunks: source, bytesRead: () => offset + source.bytesRead }
  }
  const source = createReadStream(file)
  return { chunks: skip(inflated(source), offset), bytesRead: () => source.bytesRead }
}

function inflated(source: ReadStream): AsyncIterable<Buffer> {
  // An error of either destroys both, and is thrown where the chunks are read.
  return pipeline(source, createGunzip(), () => {})
}

async function* skip(chunks: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes
  for await (const chunk of chunks) {
    yield chunk.subarray(left)
    left = Math.max(0, left - chunk.length)
  }
}

async function isSame(file: string, now: Fingerprint, before: Fingerprint): Promise<boolean> {
  if (now.bytes < before.bytes) return false
  return (await fingerprintOf(file, before.headBytes)).sha256 === before.sha256
}

async function fingerprintOf(file: string, headBytes = HEAD_BYTES): Promise<Fingerprint> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const head = Buffer.alloc(Math.min(size, headBytes, HEAD_BYTES))
    const { bytesRead } = await handle.read(head, 0, head.length, 0)
    const sha256 = createHash('sha256').update(head.subarray(0, bytesRead)).digest('hex')
    return { bytes: size, headBytes: bytesRead, sha256 }
  } finally {
    await handle.close()
  }
}
