import { rejectedFileOf } from './journal.ts'
import { sumOf, type Tally } from './tally.ts'
import type { FileReport } from './upload-file.ts'

/** What a run did, in all. */
export interface UploadReport {
  readonly files: readonly FileReport[]
  /** Files that were named and not begun. */
  readonly notStarted: readonly string[]
  readonly tally: Tally
  readonly seconds: number
  /** Stored by this run. */
  readonly invoicesPerSecond: number
  /** Every invoice of every file is stored, by this run or an earlier one. */
  readonly isAllStored: boolean
}

export function uploadReport(
  files: readonly FileReport[],
  notStarted: readonly string[],
  seconds: number,
): UploadReport {
  const tally = sumOf(files.map((file) => file.tally))
  const isStored = ({ end, total }: FileReport) => end.kind === 'finished' && total.rejected === 0
  return {
    files,
    notStarted,
    tally,
    seconds: Number(seconds.toFixed(3)),
    invoicesPerSecond: Math.round(tally.stored / Math.max(seconds, 0.001)),
    isAllStored: notStarted.length === 0 && files.every(isStored),
  }
}

/** The report for people: a line a file, and one for the whole. */
export function reportText({ files, notStarted, tally, seconds, invoicesPerSecond }: UploadReport): string {
  const sums = `${n(tally.stored)} stored, ${n(tally.rejected)} rejected; ${n(tally.sent)} sent`
  const again = `${n(tally.resent)} of them again, ${n(tally.unknown)} with an unknown outcome`
  return [
    ...files.map(fileText),
    ...notStarted.map((file) => `${file}: not started`),
    `${sums}, ${again}; ${seconds.toFixed(1)} s, ${n(invoicesPerSecond)} invoices/s`,
  ].join('\n')
}

function fileText({ file, end, tally, total }: FileReport): string {
  const isOld = end.kind === 'finished' && tally.stored + tally.rejected === 0
  const how = end.kind === 'finished' ? '' : 'reason' in end ? `${ENDS[end.kind]}: ${end.reason}; ` : 'interrupted; '
  const counts = `${n(total.stored)} stored, ${n(total.rejected)} rejected`
  const where = total.rejected > 0 ? ` (${rejectedFileOf(file)})` : ''
  return `${file}: ${isOld ? 'nothing to send; ' : how}${counts}${where}`
}

const ENDS = {
  'given-up': 'given up',
  refused: 'stopped',
  unreadable: 'not read to its end',
  'cut-off': 'not sent to its end',
  unwritable: 'stopped',
}
const n = (count: number) => count.toLocaleString('en-US')
