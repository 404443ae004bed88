import { type Band, lineChart, roundTicks, type Tick } from '../report/chart.ts'
import { htmlTable, reportPage, type Section } from '../report/page.ts'
import { count } from '../terminal/count.ts'
import type { Mark } from './marks.ts'
import { millisecondsText } from './milliseconds.ts'
import type { Step } from './series.ts'
import { groupsOf } from './sparkline.ts'
import { exitCodeOf, type Summary } from './summary.ts'
import { summaryFacts, titleOf, whyNoLatencies } from './summary-text.ts'

/** Points of a line. More would lie on the same pixels. */
const MAX_POINTS = 360

/** A run as an HTML document that needs no other file. `marks`: what happened meanwhile, drawn over the charts. */
export function summaryPage(summary: Summary, marks: readonly Mark[] = []): string {
  const charts = chartsOf(summary, marks)
  const why = whyNoLatencies(summary)
  return reportPage({
    title: `Simulation: ${titleOf(summary)}`,
    verdict: [verdictOf(summary), ...(why === null ? [] : [why])].join(' '),
    isGood: exitCodeOf(summary) === 0,
    sections: [...charts, { heading: 'Figures', content: htmlTable(summaryFacts(summary), { rightFrom: 2 }) }],
  })
}

function verdictOf({ intended, acknowledged, unanswered, quarantined, latencyMs }: Summary): string {
  if (intended === 0) return 'No invoice was planned.'
  const slowest =
    latencyMs === null
      ? ''
      : ` Half within ${millisecondsText(latencyMs.p50)}, 99 % within ${millisecondsText(latencyMs.p99)}.`
  if (unanswered === 0 && quarantined === 0) return `Every invoice was acknowledged.${slowest}`
  return `${count(acknowledged)} of ${count(intended)} invoices were acknowledged; ${count(quarantined)} quarantined, ${count(unanswered)} without an answer.${slowest}`
}

function chartsOf(summary: Summary, marks: readonly Mark[]): Section[] {
  const { series, stepSeconds } = summary
  const groups = groupsOf(series, MAX_POINTS)
  if (groups.length === 0) return []
  const groupSeconds = (groups[0]?.length ?? 1) * stepSeconds
  const xs = groups.map((group) => group[0]?.second ?? 0)
  const marked = bandsOf(marks, summary)
  const inRun = marked.filter(({ from, to }) => to >= 0 && from <= series.length * stepSeconds)
  const bands = [...inRun, ...holesIn(series, stepSeconds)]
  const time = {
    xs,
    xTicks: roundTicks(xs.at(-1) ?? 0, (second) => `${count(second)} s`),
    xTitle: 'since the start of the run',
    bands,
  }
  const perSecond = (of: (step: Step) => number) =>
    groups.map((group) => group.reduce((sum, step) => sum + of(step), 0) / (group.length * stepSeconds))
  const largest = (of: (step: Step) => number | null) =>
    groups.map((group) => group.reduce<number | null>((most, step) => largerOf(most, of(step)), null))
  const rates: Section = {
    heading: 'Invoices a second',
    note: `Each point is ${count(groupSeconds)} s.${bandsText(bands)}${leftOutText(marked.length - inRun.length)}`,
    content: lineChart({
      ...time,
      title: 'Planned and acknowledged invoices a second',
      lines: [
        { name: 'planned', values: perSecond(({ planned }) => planned) },
        { name: 'acknowledged', values: perSecond(({ acknowledged }) => acknowledged) },
      ],
      text: (rate) => `${count(rate)}/s`,
      scale: 'linear',
    }),
  }
  if (summary.latencyMs === null) return [rates]
  const overTime: Section = {
    heading: 'Latency over time',
    note: 'Of the invoices that should have been sent at that time, until their acknowledgement, resends included. Each horizontal line is ten times the one below it.',
    content: lineChart({
      ...time,
      title: 'Latency over time',
      lines: [
        { name: 'p50', values: largest(({ p50 }) => p50) },
        { name: 'p99', values: largest(({ p99 }) => p99) },
        { name: 'max', values: largest(({ max }) => max) },
      ],
      text: millisecondsText,
      scale: 'log',
    }),
  }
  return [rates, overTime, byPercentile(summary)]
}

function byPercentile({ latencyCurve, intended }: Summary): Section {
  // Each nine takes the same room: 90 %, 99 %, 99.9 %. The last point is the largest of all.
  const end = Math.log10(Math.max(latencyCurve.length > 1 ? intended : 1, 10))
  const at = (percentile: number) => Math.min(-Math.log10(1 - percentile / 100), end)
  const ticks: Tick[] = [{ at: 0, text: '0 %' }]
  for (let nines = 1; nines < end; nines++)
    ticks.push({ at: nines, text: `${Number((100 - 10 ** (2 - nines)).toFixed(nines))} %` })
  ticks.push({ at: end, text: 'max' })
  return {
    heading: 'Latency by percentile',
    note: 'So many percent of the invoices were acknowledged within this time.',
    content: lineChart({
      title: 'Latency by percentile',
      xs: latencyCurve.map(({ percentile }) => at(percentile)),
      xTicks: ticks.filter((tick, i) => i === ticks.length - 1 || end - tick.at > 0.3),
      xTitle: 'percentile',
      lines: [{ name: 'latency', values: latencyCurve.map(({ ms }) => ms) }],
      text: millisecondsText,
      scale: 'log',
    }),
  }
}

function bandsOf(marks: readonly Mark[], { startedAt }: Summary): Band[] {
  const startMs = Date.parse(startedAt)
  return marks.map(({ fromMs, toMs, text }) => ({
    from: (fromMs - startMs) / 1_000,
    to: (toMs - startMs) / 1_000,
    text,
  }))
}

/** A hole is shorter than this by chance, where few invoices come. */
const SHORTEST_HOLE_SECONDS = 2

/** When nothing was acknowledged although invoices waited. */
function holesIn(series: readonly Step[], stepSeconds: number): Band[] {
  const holes: Band[] = []
  let from: number | undefined
  let waiting = 0
  for (const { second, planned, acknowledged } of [
    ...series,
    { second: series.length * stepSeconds, planned: 0, acknowledged: 1 },
  ]) {
    waiting += planned - acknowledged
    if (acknowledged === 0 && waiting > 0) from ??= second
    else {
      if (from !== undefined && second - from >= SHORTEST_HOLE_SECONDS)
        holes.push({ from, to: second, text: `nothing was acknowledged for ${count(second - from)} s` })
      from = undefined
    }
  }
  return holes
}

function bandsText(bands: readonly Band[]): string {
  if (bands.length === 0) return ''
  const texts = bands.slice(0, 10).map(({ from, text }) => `${text} (at ${count(Math.round(from))} s)`)
  const more = bands.length > texts.length ? `, and ${count(bands.length - texts.length)} more` : ''
  return ` Marked: ${texts.join(', ')}${more}.`
}

function leftOutText(marks: number): string {
  if (marks === 0) return ''
  return ` ${count(marks)} ${marks === 1 ? 'mark is' : 'marks are'} left out: not in the time of this run.`
}

function largerOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
