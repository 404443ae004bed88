import { count } from '../terminal/count.ts'
import type { Percentiles } from './latencies.ts'
import type { Counts, Summary } from './summary.ts'

/** A run for people. */
export function summaryText(summary: Summary): string {
  const { latencyMs, latenessMs, statuses, refusal } = summary
  const answers = Object.entries(statuses).map(([status, times]) => `${count(times)} x ${status}`)
  const lines = [
    `${count(summary.intended)} invoices in ${count(summary.seconds)} s${summary.isInterrupted ? ' (interrupted)' : ''}, journals ${summary.journalId}, since ${summary.startedAt}`,
    `  rate          ${count(summary.intendedPerSecond)}/s intended, ${count(summary.achievedPerSecond)}/s acknowledged`,
    `  sent          ${count(summary.sent)}`,
    `  acknowledged  ${count(summary.acknowledged)}`,
    `  resent        ${count(summary.resent)}`,
    `  quarantined   ${count(summary.quarantined)}`,
    `  upload       ${count(summary.upload)}`,
    `  answers       ${answers.join(', ') || 'none'}`,
    `  latency       ${latencyMs === null ? 'not told, see below' : percentilesText(latencyMs)}`,
    `  of it ours    ${percentilesText(latenessMs)}`,
    `  simulator     ${percent(summary.busyShare)} of a core; ${percent(summary.waitedShare)} of the attempts waited for a connection`,
  ]
  if (refusal !== null) lines.push('', `REFUSED to tell latencies: ${refusal}.`)
  return lines.join('\n')
}

/** One line while it runs. */
export function progressText(seconds: number, counts: Counts, latencyMs: Percentiles): string {
  const { acknowledged, resent, quarantined, upload } = counts
  return (
    `${Math.floor(seconds)} s  ${count(acknowledged)} acknowledged  ${count(resent)} resent  ` +
    `${count(quarantined)} quarantined  ${count(upload)} waiting  p50 ${ms(latencyMs.p50)}  p99 ${ms(latencyMs.p99)}`
  )
}

/** All percentiles in one line. */
export function percentilesText({ p50, p90, p99, p999, max }: Percentiles): string {
  return `p50 ${ms(p50)}  p90 ${ms(p90)}  p99 ${ms(p99)}  p99.9 ${ms(p999)}  max ${ms(max)}`
}

const ms = (number: number) => `${count(Number(number.toFixed(number < 100 ? 1 : 0)))} ms`
const percent = (share: number) => `${count(Number((share * 100).toFixed(1)))} %`
