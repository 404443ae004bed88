import { createReadStream, type ReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { InputError } from '../terminal/flags.ts'
import { type FileLock, LockedError, lockFile } from './file-lock.ts'
import { PrefixHash } from './prefix-hash.ts'
import { type Progress, readProgress } from './progress-file.ts'

/** A journal that can be sent, and what is known of it from earlier runs. */
export interface Journal {
  readonly file: string
  /** As it is on disk. */
  readonly bytes: number
  readonly progress: Progress | null
  /** Of the lines that earlier runs looked at. */
  readonly hash: PrefixHash
  /** Gives it free for other runs. */
  release(): void
}

/** A journal cannot be sent, and nothing of it was; the message says why. */
export class JournalError extends InputError {}

export const progressFileOf = (file: string) => `${file}.progress`
export const rejectedFileOf = (file: string) => `${file}.rejected.ndjson`

/**
 * Looks at a journal and at its progress file; it is this run's until it is released. `again`: what earlier runs left beside it is deleted. `onCheck` is told
 * how many bytes of what was sent before were compared, and of how many. Throws `JournalError` when the journal cannot
 * be read, or is not the one that the progress is about; `LockedError` when another run has it.
 */
export async function openJournal(file: string, again: boolean, onCheck: OnCheck = () => {}): Promise<Journal> {
  let lock: FileLock | undefined
  try {
    const found = await stat(file)
    if (!found.isFile()) throw new Error(`${file} is no file`)
    lock = lockFile(file)
    if (again) for (const left of [progressFileOf(file), rejectedFileOf(file)]) await rm(left, { force: true })
    const progress = await readProgress(progressFileOf(file))
    const hash = await hashPrefix(file, progress?.prefix.bytes ?? 0, onCheck)
    if (progress !== null && hash.prefix.sha256 !== progress.prefix.sha256)
      throw new Error(`${file} is not the journal that ${progressFileOf(file)} is about: --again starts over`)
    return { file, bytes: found.size, progress, hash, release: lock.release }
  } catch (error) {
    lock?.release()
    throw error instanceof LockedError ? error : new JournalError((error as Error).message)
  }
}

export type OnCheck = (bytes: number, total: number) => void

async function hashPrefix(file: string, bytes: number, onCheck: OnCheck): Promise<PrefixHash> {
  const hash = new PrefixHash()
  if (bytes === 0) return hash
  let at = 0
  for await (const chunk of readJournal(file, 0).chunks) {
    const piece = chunk.subarray(0, bytes - at)
    hash.add(at, piece, true)
    at += piece.length
    onCheck(at, bytes)
    if (at === bytes) break
  }
  return hash
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
