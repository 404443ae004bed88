import type { FileReport } from './file-report.ts'
import type { Journal } from './journal.ts'
import { type UploadOptions, uploadFile } from './upload-file.ts'

export interface Turns {
  /** How many journals are sent at once. */
  readonly parallel: number
  /** Whether the next journal is started after one that did not finish. */
  readonly keepGoing: boolean
}

/**
 * Sends journals in their order, `parallel` at once. After one that does not finish, no further one is started unless
 * `keepGoing`: it may hold later invoices of the same terminal. When the answers can no longer be recorded, no further
 * one is started in any case. Resolves with a report on each journal that was started, in their order.
 */
export async function uploadFiles(
  journals: readonly Journal[],
  { parallel, keepGoing }: Turns,
  options: UploadOptions,
): Promise<FileReport[]> {
  const reports: FileReport[] = []
  const queue = journals.entries()
  let isHeld = false
  const takeTurns = async () => {
    for (const [index, journal] of queue) {
      if (isHeld || options.stopping.aborted) return
      const report = await uploadFile(journal, options).catch(hold)
      const { end } = report
      if (end.kind === 'unwritable' && end.file === options.answers?.file) isHeld = true
      if (end.kind !== 'finished' && !keepGoing) isHeld = true
      reports[index] = report
    }
  }
  const hold = (error: unknown): never => {
    isHeld = true
    throw error
  }
  const turns = await Promise.allSettled(Array.from({ length: parallel }, takeTurns))
  for (const turn of turns) if (turn.status === 'rejected') throw turn.reason
  return reports.filter((report) => report !== undefined)
}
