import type { Journal } from './journal.ts'
import { type FileReport, type UploadOptions, uploadFile } from './upload-file.ts'

/**
 * Sends journals in their order, `parallel` at once. Once one of them does not come to its end, no further one is
 * started: it may hold what comes after in the same terminal's order. Resolves with a report for each that was started,
 * in their order.
 */
export async function uploadFiles(
  journals: readonly Journal[],
  parallel: number,
  options: UploadOptions,
): Promise<FileReport[]> {
  const reports: FileReport[] = []
  const queue = journals.entries()
  let isHeld = false
  const takeTurns = async () => {
    for (const [index, journal] of queue) {
      if (isHeld || options.stopping.aborted) return
      const report = await uploadFile(journal, options).catch(hold)
      if (report.end.kind !== 'finished') isHeld = true
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
