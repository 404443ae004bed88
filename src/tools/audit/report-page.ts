import { barChart } from '../report/chart.ts'
import { htmlTable, reportPage, type Section } from '../report/page.ts'
import { count } from '../terminal/count.ts'
import { FINDING_KINDS, type FindingKind } from './finding.ts'
import { type AuditReport, type JournalReport, withFindingsOnly } from './report.ts'
import {
  findingLines,
  JOURNAL_NAMES,
  journalRows,
  TITLES,
  totalsText,
  unjudgedLines,
  verdictText,
} from './report-text.ts'

/** Bars of a chart: the stores with most. */
const MAX_BARS = 30
/** Rows of the table of journals; `--json` has all. */
const MAX_JOURNALS = 500

/** A report as an HTML document that needs no other file. */
export function reportAsPage(topic: string, report: AuditReport): string {
  const { totals, findings } = report
  const kinds = FINDING_KINDS.filter((kind) => totals.found[kind] > 0)
  const found: Section[] = kinds.map((kind) => ({
    heading: `${capitalised(TITLES[kind])}: ${count(totals.found[kind])}`,
    content: htmlTable(findingLines(totals.found[kind], findings[kind]).map((line) => [line])),
  }))
  return reportPage({
    title: `Audit of ${topic}`,
    verdict: `${verdictText(report)} ${totalsText(report)}.`,
    isGood: report.held,
    sections: [
      ...kinds.flatMap((kind) => chartOf(kind, report)),
      ...partitionsOf(report),
      ...journalsOf(report, kinds),
      ...found,
      ...unjudgedOf(report),
    ],
  })
}

/** The stores with the most findings of a kind; none where no store is known. */
function chartOf(kind: FindingKind, { journals }: AuditReport): Section[] {
  const byStore = new Map<string, number>()
  for (const { storeId, found } of journals)
    if (found[kind] > 0) byStore.set(storeId, (byStore.get(storeId) ?? 0) + found[kind])
  if (byStore.size === 0) return []
  const stores = [...byStore].map(([name, value]) => ({ name, value })).sort((a, b) => b.value - a.value)
  const others = stores.slice(MAX_BARS).reduce((sum, { value }) => sum + value, 0)
  const rest = others === 0 ? '' : `; those that are not shown have ${count(others)} together`
  const heading = `${capitalised(TITLES[kind])}, by store`
  const content = barChart(heading, stores.slice(0, MAX_BARS), count)
  return [{ heading, note: `${count(stores.length)} ${stores.length === 1 ? 'store' : 'stores'}${rest}.`, content }]
}

function partitionsOf({ ranges }: AuditReport): Section[] {
  const read = ranges.filter(({ from, to }) => to > from)
  if (read.length === 0) return []
  const heading = 'Offsets that were read, by partition'
  const bars = read.slice(0, MAX_BARS).map(({ partition, from, to }) => ({ name: `${partition}`, value: to - from }))
  const note = read.length > MAX_BARS ? `The first ${MAX_BARS} of ${count(read.length)} partitions.` : undefined
  return [{ heading, ...(note !== undefined && { note }), content: barChart(heading, bars, count) }]
}

function journalsOf(report: AuditReport, kinds: readonly FindingKind[]): Section[] {
  const { journals } = withFindingsOnly(report)
  if (journals.length === 0) return []
  const worst = [...journals].sort((a, b) => findingsOf(b) - findingsOf(a)).slice(0, MAX_JOURNALS)
  const { heads, rows } = journalRows({ journals: worst }, kinds)
  const note =
    journals.length > worst.length
      ? `The ${count(worst.length)} with the most findings, of ${count(journals.length)}. --json has all.`
      : 'The journal with the most findings is first.'
  return [{ heading: 'Journals with findings', note, content: htmlTable(rows, { heads, rightFrom: JOURNAL_NAMES }) }]
}

function findingsOf({ found }: JournalReport): number {
  return FINDING_KINDS.reduce((sum, kind) => sum + found[kind], 0)
}

function unjudgedOf(report: AuditReport): Section[] {
  const lines = unjudgedLines(report)
  return lines.length === 0 ? [] : [{ heading: 'Not judged', content: htmlTable(lines.map((line) => [line])) }]
}

const capitalised = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`
