import { count, counted } from '../terminal/count.ts'
import type { Percentiles } from './latencies.ts'
import { millisecondsText } from './milliseconds.ts'
import { seriesText } from './series-text.ts'
import type { Progress } from './simulate.ts'
import { sparkline } from './sparkline.ts'
import type { Summary } from './summary.ts'
import type { Wrong } from './wrong-tills.ts'

/** A run for people, no wider than `columns`. */
export function summaryText(summary: Summary, columns = 80): string {
  const lines = [
    titleOf(summary),
    ...summaryFacts(summary).map(([name, value]) => `  ${name.padEnd(12)}  ${value}`),
    '',
    seriesText(summary.series, summary.stepSeconds, columns),
  ]
  const why = whyNoLatencies(summary)
  if (why !== null) lines.push('', why)
  return lines.join('\n')
}

/** How many invoices in how long. */
export function titleOf({ intended, seconds, isInterrupted }: Summary): string {
  return `${counted(intended, 'invoice')} in ${count(seconds)} s${isInterrupted ? ' (interrupted)' : ''}`
}

/** The figures of a run, each with its name. */
export function summaryFacts(summary: Summary): [string, string][] {
  const { latencyMs, latenessMs, statuses, unanswered } = summary
  const answers = Object.entries(statuses).map(
    ([status, times]) => `${count(times)} x ${status === 'none' ? 'no answer' : status}`,
  )
  return [
    ['journals', `${summary.journalId}, since ${summary.startedAt}`],
    ['rate', `${count(summary.intendedPerSecond)}/s planned, ${count(summary.achievedPerSecond)}/s acknowledged`],
    ['sent', count(summary.sent)],
    ['acknowledged', count(summary.acknowledged)],
    ['resent', count(summary.resent)],
    ['quarantined', count(summary.quarantined)],
    [
      'unanswered',
      `${count(unanswered)}${unanswered > 0 && latencyMs !== null ? ', each counted below with its age at the end' : ''}`,
    ],
    ['answers', answers.join(', ') || 'none'],
    ...wrongFacts(summary.wrong),
    ...(latencyMs === null
      ? []
      : ([
          ['latency', percentilesText(latencyMs)],
          ['own lateness', percentilesText(latenessMs)],
        ] satisfies [string, string][])),
    [
      'simulator',
      `${percent(summary.busyShare)} busy; ${percent(summary.waitedShare)} of the attempts waited for a connection`,
    ],
  ]
}

/** Why a run has no latencies; null if it has them. */
export function whyNoLatencies(summary: Summary): string | null {
  if (summary.refusal !== null) return `REFUSED to tell latencies: ${summary.refusal}.`
  return summary.latencyMs === null ? `No latencies: nothing was acknowledged.${reasonText(summary)}` : null
}

const WRONGS: Record<Wrong, string> = {
  changed: 'with other content',
  older: 'older ones',
  twin: 'of twins',
}

/** What tills sent wrongly, for each kind that there was. */
function wrongFacts(wrong: Summary['wrong']): [string, string][] {
  const kinds = Object.entries(WRONGS) as [Wrong, string][]
  return kinds.flatMap(([kind, words]): [string, string][] => {
    const { sent, acknowledged, quarantined } = wrong[kind]
    if (sent === 0) return []
    const text = `${count(sent)} ${words}: ${count(acknowledged)} acknowledged, ${count(quarantined)} quarantined`
    return [['sent wrongly', text]]
  })
}

function reasonText({ diagnosis }: Summary): string {
  return diagnosis === null ? '' : ` ${diagnosis.charAt(0).toUpperCase()}${diagnosis.slice(1)}`
}

/** With room for fewer bars than this, the line has none. */
const LEAST_BARS = 4

/** One line while it runs, no wider than `columns`. The bars are the largest latency of each of the last seconds. */
export function progressText({ seconds, counts, latencies, series }: Progress, nowMs: number, columns: number): string {
  const { acknowledged, resent, quarantined, unanswered } = counts
  const oldest = unanswered > 0 ? ` (oldest ${millisecondsText(series.oldestMs(nowMs))})` : ''
  const { p99 = null } = latencies.percentiles() ?? {}
  const parts = [
    `${Math.floor(seconds)} s`,
    `${count(acknowledged)} acknowledged`,
    `${count(unanswered)} waiting${oldest}`,
    ...(quarantined > 0 ? [`${count(quarantined)} quarantined`] : []),
    ...(resent > 0 ? [`${count(resent)} resent`] : []),
    ...(p99 === null ? [] : [`p99 ${millisecondsText(p99)}`]),
  ]
  const text = parts.join('  ')
  const room = Math.min(60, columns - text.length - 3)
  if (room < LEAST_BARS) return text.slice(0, columns - 1)
  return `${text}  ${sparkline(series.largestMs(nowMs, room))}`
}

/** All percentiles in one line; `-` where nothing was measured. */
export function percentilesText(percentiles: Percentiles | null): string {
  if (percentiles === null) return '-'
  const { p50, p90, p99, p999, max } = percentiles
  const ms = millisecondsText
  return `p50 ${ms(p50)}  p90 ${ms(p90)}  p99 ${ms(p99)}  p99.9 ${ms(p999)}  max ${ms(max)}`
}

const percent = (share: number) => `${count(Number((share * 100).toFixed(1)))} %`
