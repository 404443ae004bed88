import { count, counted } from '../terminal/count.ts'
import { visibleText } from '../terminal/visible-text.ts'
import type { FileReport } from './file-report.ts'
import { rejectedFileOf, STANDARD_INPUT } from './journal.ts'
import { newTally, sumOf, type Tally } from './tally.ts'

/** What a run did, in all. */
export interface UploadReport {
  readonly files: readonly FileReport[]
  /** Named files that were not started. */
  readonly notStarted: readonly string[]
  readonly tally: Tally
  readonly seconds: number
  /** Stored by this run. */
  readonly invoicesPerSecond: number
  /** Nothing is left to send, and no rejected invoice is left to deal with. */
  readonly isDone: boolean
}

export function uploadReport(
  files: readonly FileReport[],
  notStarted: readonly string[],
  seconds: number,
): UploadReport {
  const tally = sumOf(files.map((file) => file.tally))
  return {
    files,
    notStarted,
    tally,
    seconds: Number(seconds.toFixed(3)),
    invoicesPerSecond: Math.round(tally.stored / Math.max(seconds, 0.001)),
    isDone: notStarted.length === 0 && files.every((file) => !needsSomebody(file)),
  }
}

/** The report on a journal that could not be opened. */
export function unusableReport(file: string, reason: string) {
  const end = { kind: 'unusable', reason } as const
  return { file, end, tally: newTally(), total: { stored: 0, rejected: 0, skipped: 0 }, nextLine: 1, quarantined: 0 }
}

const needsSomebody = ({ end, quarantined }: FileReport) => end.kind !== 'finished' || quarantined > 0

/** Files beyond these numbers share one line. */
const MOST_FAILED = 20
const MOST_GOOD = 10

/** The report for people: first the files that need attention, then the others, then the sums of this run. */
export function reportText({ files, notStarted, tally, seconds, invoicesPerSecond }: UploadReport): string {
  const failed = files.filter(needsSomebody)
  const good = files.filter((file) => !needsSomebody(file))
  return [
    ...failed.slice(0, MOST_FAILED).map(fileText),
    ...(failed.length > MOST_FAILED
      ? [`and ${count(failed.length - MOST_FAILED)} more like these: --json has all`]
      : []),
    ...notStartedText(notStarted),
    ...(good.length > MOST_GOOD ? [goodText(good)] : good.map(fileText)),
    ...sumsText(tally, seconds, invoicesPerSecond),
  ]
    .map(visibleText)
    .join('\n')
}

function sumsText(tally: Tally, seconds: number, invoicesPerSecond: number): string[] {
  const { stored, rejected, sent, resent, unknown, skipped, unproven } = tally
  const resumed = [
    ...(skipped > 0 ? [`${count(skipped)} skipped: their numbers are in Kafka`] : []),
    ...(unproven > 0 ? [`${count(unproven)} of journals that the gateway does not keep: they had to be sent`] : []),
  ]
  if (sent + stored + rejected + unknown === 0) return [...resumed, 'nothing was sent']
  return [
    ...resumed,
    `${count(stored)} stored and ${count(rejected)} rejected in ${seconds.toFixed(1)} s, ${count(invoicesPerSecond)} invoices/s`,
    `${count(sent)} sent, ${count(resent)} of them again, ${count(unknown)} with an unknown outcome`,
  ]
}

const ENDS = {
  'given-up': 'given up',
  refused: 'stopped',
  unreadable: 'not read to its end',
  'cut-off': 'not sent to its end',
  unwritable: 'stopped',
}

function fileText({ file, end, tally, total, nextLine, quarantined }: FileReport): string {
  const name = file === STANDARD_INPUT ? 'standard input' : file
  // The reason names the file.
  if (end.kind === 'unusable') return end.reason
  if (end.kind === 'finished' && sumIn(total) === 0) return `${name}: it has no invoices`
  const counts = countsText(total)
  const left = quarantined > 0 ? quarantineText(file, quarantined) : total.rejected > 0 ? ' (file removed)' : ''
  const place =
    end.kind !== 'finished' && file === STANDARD_INPUT ? `; send it again from line ${count(nextLine)} on` : ''
  if ('reason' in end) return `${name}: ${ENDS[end.kind]}: ${end.reason}; ${counts}${left}${place}`
  if (end.kind === 'interrupted') return `${name}: interrupted; ${counts}${left}${place}`
  return `${name}: ${isOld(tally) ? 'nothing left to send; ' : ''}${counts}${left}`
}

const sumIn = ({ stored, rejected, skipped }: FileReport['total']) => stored + rejected + skipped

/** How many lines became what, in words. */
export function countsText({ stored, rejected, skipped }: FileReport['total']): string {
  return `${count(stored)} stored, ${count(rejected)} rejected${skipped > 0 ? `, ${count(skipped)} skipped` : ''}`
}

function quarantineText(file: string, quarantined: number): string {
  const [are, them] = quarantined === 1 ? ['is', 'it'] : ['are', 'them']
  return `; ${count(quarantined)} ${are} in ${rejectedFileOf(file)}: deal with ${them}, then remove that file`
}

function goodText(files: readonly FileReport[]): string {
  const sum = (of: (total: FileReport['total']) => number) => files.reduce((all, { total }) => all + of(total), 0)
  const skipped = sum((total) => total.skipped)
  const stored = `${count(sum((total) => total.stored))} stored${skipped > 0 ? `, ${count(skipped)} skipped` : ''}`
  const old = files.filter(({ tally }) => isOld(tally)).length
  if (old === files.length) return `${count(old)} files: nothing left to send; ${stored}`
  return `${count(files.length)} files finished${old > 0 ? `, ${count(old)} had nothing left to send` : ''}; ${stored}`
}

function notStartedText(files: readonly string[]): string[] {
  if (files.length <= MOST_GOOD) return files.map((file) => `${file}: not started`)
  return [`${counted(files.length, 'file')} not started, from ${files[0]} on`]
}

const isOld = ({ stored, rejected }: Readonly<Tally>) => stored + rejected === 0
