import { rm, writeFile } from 'node:fs/promises'
import { plainMessage, systemWords } from '../../system-problem.ts'
import { UsageError } from '../terminal/input-errors.ts'

/**
 * Resolves if a new file can be made at `path`, and leaves none: a run that fails later has no report. Rejects with
 * `UsageError` when it cannot be made or something is there already. Call it before the work begins.
 */
export async function assertNewReport(path: string): Promise<void> {
  await writeFile(path, '', { flag: 'wx' }).catch((error: unknown) => {
    throw new UsageError(`--html: ${plainMessage(error)}`)
  })
  await rm(path)
}

/** Writes a report to a new file. Rejects, and leaves no part of it, when the disk fails or something is there by now. */
export async function writeReport(path: string, html: string): Promise<void> {
  await writeFile(path, html, { flag: 'wx' }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') await rm(path, { force: true })
    throw new Error(`--html: ${path}: ${systemWords(error) ?? plainMessage(error)}`, { cause: error })
  })
}
