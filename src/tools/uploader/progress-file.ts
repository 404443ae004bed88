import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { fileText } from '../../file-text.ts'
import type { JournalPlace } from './outstanding.ts'
import { WriteError } from './write-error.ts'

const count = Type.Integer({ minimum: 0 })

const ProgressSchema = Type.Object({
  version: Type.Literal(3),
  /** Identifies the journal: everything up to the last line that was read. */
  prefix: Type.Object({ bytes: count, sha256: Type.String() }),
  /** See `JournalPlace`. */
  offset: count,
  line: Type.Integer({ minimum: 1 }),
  through: count,
  outstanding: Type.Array(Type.Tuple([count, count])),
  /** How many of the outstanding lines, from the first on, are in flight and may have been answered. */
  underWay: count,
  stored: count,
  rejected: count,
  skipped: count,
})

/** What is kept about one journal between two runs. */
export type Progress = JournalPlace & Readonly<Omit<Static<typeof ProgressSchema>, keyof JournalPlace>>

/** The progress in `file`; null: there is none. Throws when the file is something else. */
export async function readProgress(file: string): Promise<Progress | null> {
  const text = await fileText(file).catch((error: Error) => {
    if ((error.cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  })
  if (text === null) return null
  const progress = parse(text)
  if (!Value.Check(ProgressSchema, progress))
    throw new Error(`${file} is not a progress file of this version: --again starts over`)
  return progress
}

/**
 * Replaces the progress in `file` atomically. Resolves when the new one is on the disk. Rejects with `WriteError`.
 */
export async function writeProgress(file: string, progress: Progress): Promise<void> {
  const next = `${file}.new`
  try {
    await replace(file, next, progress)
  } catch (error) {
    await rm(next, { force: true }).catch(() => {})
    throw new WriteError(file, error)
  }
}

async function replace(file: string, next: string, progress: Progress): Promise<void> {
  const handle = await open(next, 'w')
  try {
    await handle.writeFile(`${JSON.stringify(progress)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(next, file)
  await syncFolder(dirname(file))
}

/** A rename is on the disk only when its folder is synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
