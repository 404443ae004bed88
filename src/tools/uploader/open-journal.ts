import { rm, stat } from 'node:fs/promises'
import { systemWords } from '../../system-problem.ts'
import { InputError } from '../terminal/input-errors.ts'
import { assertAppendable } from './append-lines.ts'
import { type FileLock, LockedError, lockFile } from './file-lock.ts'
import { checkContent, type Journal, progressFileOf, readJournal, rejectedFileOf } from './journal.ts'
import type { JournalCoding } from './journal-content.ts'
import { PrefixHash } from './prefix-hash.ts'
import { readProgress } from './progress-file.ts'
import { REJECTED_BEGINNING } from './rejected-entry.ts'
import { WriteError } from './write-error.ts'

/** A journal cannot be sent, and nothing of it was sent; the message says why. */
export class JournalError extends InputError {}

export interface OpenOptions {
  /** Send it from the beginning, whatever earlier runs left beside it; `startOver` deletes that. */
  readonly again?: boolean
  /** Only look at it: nothing is locked. */
  readonly isDry?: boolean
  /** Called while the lines of earlier runs are compared. `bytes`: compared so far. */
  readonly onCheck?: (file: string, bytes: number, total: number) => void
}

/**
 * Opens a journal and reads its progress file. Unless `isDry`, no other run can have it until it is released. Throws
 * `LockedError` when another run has it, and `JournalError` when it cannot be read, is not the journal of the progress
 * file (a journal may grow, but the part that was read must not change), its content is not one invoice a line, or its file
 * of rejected invoices is something else.
 */
export async function openJournal(file: string, options: OpenOptions = {}): Promise<Journal> {
  const { again = false, isDry = false } = options
  let lock: FileLock | undefined
  try {
    const found = await stat(file)
    if (!found.isFile())
      throw new Error(
        found.isDirectory() ? `${file} is a folder` : `${file} is no file: pipe it into tillgate upload -`,
      )
    if (!isDry) lock = lockFile(file)
    const [progressFile, rejectedFile] = [progressFileOf(file), rejectedFileOf(file)]
    if (!again) await assertAppendable(rejectedFile, REJECTED_BEGINNING)
    const progress = again ? null : await readProgress(progressFile)
    const coding = await checkContent(file).catch((error) => {
      throw 'code' in error ? error : new Error(`${file}: ${error.message}`)
    })
    const hash = await hashPrefix(file, coding, progress?.prefix.bytes ?? 0, options)
    if (progress !== null && hash.prefix.sha256 !== progress.prefix.sha256)
      throw new Error(`${file} is not the journal that ${progressFile} is about: --again starts over`)
    const read = (offset: number) => readJournal(file, offset, coding)
    const release = () => lock?.release()
    return { file, bytes: found.size, progress, progressFile, rejectedFile, hash, read, release }
  } catch (error) {
    lock?.release()
    throw error instanceof LockedError ? error : new JournalError(wordsOf(error as NodeJS.ErrnoException, file))
  }
}

/** Deletes what earlier runs left beside a journal that was opened `again`. Throws `JournalError`. */
export async function startOver({ progressFile, rejectedFile }: Journal): Promise<void> {
  // Nothing remembers how far standard input was sent, so all its rejected invoices are kept.
  if (progressFile === null) return
  for (const left of [progressFile, rejectedFile])
    await rm(left, { force: true }).catch((error) => {
      throw new JournalError(new WriteError(left, error).message)
    })
}

async function hashPrefix(
  file: string,
  coding: JournalCoding,
  bytes: number,
  { onCheck }: OpenOptions,
): Promise<PrefixHash> {
  const hash = new PrefixHash()
  if (bytes === 0) return hash
  let at = 0
  for await (const chunk of readJournal(file, 0, coding).chunks) {
    const piece = chunk.subarray(0, bytes - at)
    hash.add(at, piece, true)
    at += piece.length
    onCheck?.(file, at, bytes)
    if (at === bytes) break
  }
  return hash
}

function wordsOf(error: NodeJS.ErrnoException, file: string): string {
  const words = systemWords(error)
  return words === undefined ? error.message : `${error.path ?? file}: ${words}`
}
