import { count, counted } from '../terminal/count.ts'
import { table } from '../terminal/table.ts'
import { FINDING_KINDS, type Finding, type FindingKind } from './finding.ts'
import type { NotJudgedCounts } from './not-judged.ts'
import type { AuditReport, Verdict } from './report.ts'

const SHOWN_FINDINGS = 10

/** What people read for each kind of finding. */
export const TITLES: Record<FindingKind, string> = {
  lost: 'lost',
  misplaced: 'misplaced',
  falselyRejected: 'falsely rejected',
  excess: 'copies too many',
  altered: 'altered',
  unexpected: 'unexpected',
  uniqueMissing: 'missing in .unique',
  uniqueExtra: 'too much in .unique',
  uniqueAltered: 'altered in .unique',
  uniqueReordered: 'out of order in .unique',
  conflictsMissing: 'missing in .conflicts',
  conflictsExtra: 'too much in .conflicts',
  conflicts: 'conflicts',
  reordered: 'out of order',
  scattered: 'scattered',
  misrouted: 'misrouted',
  mismatched: 'mismatched',
  gaps: 'missing numbers',
  tillConflicts: 'conflicts by tills',
  duplicates: 'duplicates',
  tombstones: 'tombstones',
  foreign: 'foreign',
}

/** A report as text: a table of its journals, the first findings of each kind, totals, and the verdict. */
export function reportText(report: AuditReport): string {
  const { totals, journals } = report
  const kinds = FINDING_KINDS.filter((kind) => totals.found[kind] > 0)
  const sections: string[] = []
  if (journals.length > 0) sections.push(journalTable(report, kinds))
  for (const kind of kinds) sections.push(findingList(kind, totals.found[kind], report.findings[kind]))
  sections.push(totalsText(report))
  if (report.hasUnique)
    sections.push(
      `.unique: ${counted(totals.unique, 'record')}; .conflicts: ${counted(totals.conflictsTopic, 'record')}`,
    )
  const unjudged = unjudgedLines(report)
  if (unjudged.length > 0) sections.push(['not judged:', ...unjudged.map((line) => `  ${line}`)].join('\n'))
  sections.push(verdictText(report))
  return sections.join('\n\n')
}

/** The verdict in a sentence. */
export function verdictText({ verdict, hasUnique, brokenBy, totals }: AuditReport): string {
  const broken = brokenBy.map((kind) => `${count(totals.found[kind])} ${TITLES[kind]}`)
  const text = verdict === 'held' && hasUnique ? HELD_IN_UNIQUE : VERDICTS[verdict]
  return text.replace('%', broken.join(', '))
}

/** What was judged, in figures. */
export function totalsText({ hasAnswers, totals }: AuditReport): string {
  const answers = hasAnswers ? `, ${count(totals.acknowledged)} acknowledged` : ''
  return (
    `${counted(totals.records, 'record')}, ${counted(totals.invoices, 'invoice')}${answers}; ` +
    `${counted(totals.journals, 'journal')} of ${counted(totals.stores, 'store')}`
  )
}

const VERDICTS: Record<Verdict, string> = {
  held: 'The promise held.',
  broken: 'The promise is broken: %.',
  incomplete: 'The promise held as far as it could be judged, but not everything could.',
  nothing: 'Nothing was audited: no invoice was read, and no receipt was judged.',
}

const HELD_IN_UNIQUE = 'The promise held, and .unique has each invoice once.'

const UNJUDGED: Record<keyof NotJudgedCounts, string> = {
  belowStart: 'receipts of offsets below the start of the log',
  notRead: 'receipts of records outside what was to be read',
  unplaced: 'acknowledged invoices without a place, numbered below the first that was read of their journal',
  older: 'records numbered below the first that was read of their journal',
  unwanted: 'records that were not asked for',
  uncompared: 'repeated records that were deleted before they could be compared',
  unchecked: 'receipts and hashes whose records were deleted before they could be checked',
  waiting: 'records that are not in .unique yet',
  uniqueDeleted: 'records whose copies in .unique were deleted',
}

/** What was not judged, and why. */
export function unjudgedLines({ notJudged }: AuditReport): string[] {
  const deleted = notJudged.deleted.map(
    ({ partition, from, to }) => `partition ${partition}, offsets ${from}..${to - 1}: deleted while it was read`,
  )
  const kinds = Object.entries(UNJUDGED) as [keyof NotJudgedCounts, string][]
  const counts = kinds.flatMap(([kind, text]) => (notJudged[kind] === 0 ? [] : [`${text}: ${count(notJudged[kind])}`]))
  return [...deleted, ...counts]
}

function journalTable(report: AuditReport, kinds: readonly FindingKind[]): string {
  const { heads, rows } = journalRows(report, kinds)
  return table([heads, ...rows], { rightFrom: JOURNAL_NAMES })
}

/** So many columns of `journalRows` are names; figures follow. */
export const JOURNAL_NAMES = 3

/** A row of text for each journal. */
export function journalRows(
  { journals }: Pick<AuditReport, 'journals'>,
  kinds: readonly FindingKind[],
): { heads: string[]; rows: string[][] } {
  const columns = kinds.filter((kind) => journals.some(({ found }) => found[kind] > 0))
  const heads = ['store', 'terminal', 'journal', 'records', 'invoices', ...columns.map((kind) => TITLES[kind])]
  const rows = journals.map(({ storeId, terminalId, journalId, records, invoices, found }) => [
    ...[storeId, terminalId, journalId, count(records), count(invoices)],
    ...columns.map((kind) => (found[kind] === 0 ? '' : count(found[kind]))),
  ])
  return { heads, rows }
}

function findingList(kind: FindingKind, total: number, findings: readonly Finding[]): string {
  const lines = findingLines(total, findings).map((line) => `  ${line}`)
  return [`${TITLES[kind]}: ${count(total)}`, ...lines].join('\n')
}

/** The first findings of a kind, of which there are `total`. */
export function findingLines(total: number, findings: readonly Finding[]): string[] {
  const shown = findings.slice(0, SHOWN_FINDINGS)
  const covered = shown.reduce((sum, finding) => sum + numbersOf(finding), 0)
  const lines = shown.map(findingText)
  if (covered < total) lines.push(`and ${count(total - covered)} more`)
  return lines
}

function numbersOf({ sequenceNumber = 0, through = sequenceNumber }: Finding): number {
  return through - sequenceNumber + 1
}

function findingText(finding: Finding): string {
  const { storeId, terminalId, journalId, sequenceNumber, through, partition, offset } = finding
  const numbers = through === undefined || through === sequenceNumber ? sequenceNumber : `${sequenceNumber}..${through}`
  const invoice = [storeId, terminalId, journalId, numbers].filter((part) => part !== undefined).join('/')
  const place = partition === undefined ? '' : `partition ${partition} offset ${offset}`
  return [invoice, place].filter((part) => part !== '').join('  ')
}
