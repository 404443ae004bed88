import { type FileHandle, open } from 'node:fs/promises'
import { plainMessage, systemWords } from '../../system-problem.ts'
import { UsageError } from '../terminal/input-errors.ts'

/** A new file that takes a report at the end. */
export interface ReportFile {
  /** Writes the whole report and closes the file. Rejects when the disk fails. */
  write(html: string): Promise<void>
  /** Closes the file. Resolves also when it is closed already. */
  close(): Promise<void>
}

/**
 * Makes the file before the work begins, so that a name that cannot be written is said at once. Rejects with
 * `UsageError` when it cannot be made or already exists.
 */
export async function createReportFile(path: string): Promise<ReportFile> {
  const file: FileHandle = await open(path, 'wx').catch((error: unknown) => {
    throw new UsageError(`--html: ${plainMessage(error)}`)
  })
  return {
    write: async (html) => {
      await file.writeFile(html).catch((error: unknown) => {
        throw new Error(`--html: ${path}: ${systemWords(error) ?? plainMessage(error)}`, { cause: error })
      })
      await file.close()
    },
    close: () => file.close(),
  }
}
