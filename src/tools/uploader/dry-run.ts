import { systemWords } from '../../system-problem.ts'
import { count, counted } from '../terminal/count.ts'
import { visibleText } from '../terminal/visible-text.ts'
import type { Journal } from './journal.ts'
import { Outstanding, START } from './outstanding.ts'
import { isWhole, readLines } from './read-lines.ts'

/** What an upload of a journal would send. */
export interface DryReport {
  readonly file: string
  readonly toSend: { readonly invoices: number; readonly bytes: number }
  /** The number of the first line that would be sent. */
  readonly nextLine: number
  /** In earlier runs. */
  readonly done: { readonly stored: number; readonly rejected: number }
  /** How many of those to send are not JSON, which every gateway rejects. */
  readonly notJson: number
  /** Lines that would be rejected without being sent. */
  readonly tooLong: number
  /** Why the upload would not finish; undefined if it would. */
  readonly fault: string | undefined
}

const LINES_AT_ONCE = 1_000

/** Reads the rest of a journal as an upload would. Changes nothing. */
export async function dryRun(journal: Journal, maxBytes: number, stopping: AbortSignal): Promise<DryReport> {
  const { file, progress } = journal
  const place = progress ?? START
  const { chunks } = journal.read(place.offset)
  const outstanding = new Outstanding(readLines(chunks, place, maxBytes - 1, journal.hash), place)
  const toSend = { invoices: 0, bytes: 0 }
  let [notJson, tooLong] = [0, 0]
  const onTooLong = async () => void tooLong++
  let fault: Error | undefined
  try {
    for (;;) {
      fault ??= await outstanding.fill(LINES_AT_ONCE, maxBytes, onTooLong)
      const { lines } = outstanding
      if (lines.length === 0 || stopping.aborted) {
        const { stored, rejected } = progress ?? { stored: 0, rejected: 0 }
        const report = { file, toSend, nextLine: place.line, done: { stored, rejected }, notJson, tooLong }
        return { ...report, fault: stopping.aborted ? 'interrupted' : faultOf(fault, outstanding) }
      }
      toSend.invoices += lines.length
      for (const { bytes } of lines) {
        toSend.bytes += bytes.length
        if (!isWhole(bytes)) notJson++
      }
      outstanding.settle(lines.length, () => true)
    }
  } finally {
    await outstanding.close()
  }
}

function faultOf(fault: Error | undefined, { unended }: Outstanding): string | undefined {
  if (fault !== undefined) return systemWords(fault) ?? fault.message
  return unended && `its last line, ${unended.number}, has no line feed and is not complete JSON`
}

export interface DryRunReport {
  readonly files: readonly DryReport[]
  readonly unusable: readonly { readonly file: string; readonly reason: string }[]
}

/** Whether the upload would finish, as far as can be told without a gateway. */
export function isSendable({ files, unusable }: DryRunReport): boolean {
  return unusable.length === 0 && files.every(({ fault, notJson, tooLong }) => !fault && notJson + tooLong === 0)
}

/** The report for people: a line for each journal that has something to send or a fault, then the sum. */
export function dryRunText({ files, unusable }: DryRunReport): string {
  const isDone = ({ toSend, tooLong, fault }: DryReport) => toSend.invoices + tooLong === 0 && fault === undefined
  const invoices = files.reduce((sum, { toSend }) => sum + toSend.invoices, 0)
  const bytes = files.reduce((sum, { toSend }) => sum + toSend.bytes, 0)
  const done = files.filter(isDone).length
  return [
    ...unusable.map(({ reason }) => reason),
    ...files.filter((file) => !isDone(file)).map(dryText),
    ...(done > 0 ? [`${count(done)} ${done === 1 ? 'file has' : 'files have'} nothing left to send`] : []),
    `would send ${counted(invoices, 'invoice')}, ${counted(bytes, 'byte')}; nothing was sent`,
  ]
    .map(visibleText)
    .join('\n')
}

function dryText({ file, toSend, nextLine, done, notJson, tooLong, fault }: DryReport): string {
  const faults = [
    ...(notJson > 0 ? [`${count(notJson)} of them are not JSON`] : []),
    ...(tooLong > 0 ? [`${counted(tooLong, 'line')} ${tooLong === 1 ? 'is' : 'are'} too long`] : []),
    ...(fault === undefined ? [] : [fault]),
  ]
  const counts = `${counted(toSend.invoices, 'invoice')}, ${counted(toSend.bytes, 'byte')}, from line ${count(nextLine)} on`
  const earlier = `${count(done.stored)} stored and ${count(done.rejected)} rejected before`
  return [`${file}: ${counts}; ${earlier}`, ...faults].join('; ')
}
