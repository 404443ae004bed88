import { count } from '../terminal/count.ts'
import { table } from '../terminal/table.ts'
import { type Milliseconds, millisecondsText } from './milliseconds.ts'
import type { Step } from './series.ts'
import { groupsOf, sparkline } from './sparkline.ts'

/** Room for the names and the figures beside the bars. */
const BESIDE_COLUMNS = 42

/**
 * A run as rows of bars, no wider than `columns`, each with its smallest and largest value. Without latencies there are
 * no rows for them.
 */
export function seriesText(series: readonly Step[], stepSeconds: number, columns: number): string {
  const groups = groupsOf(series, columns - BESIDE_COLUMNS)
  const size = groups[0]?.length ?? 1
  const perSecond = (of: (step: Step) => number) =>
    groups.map((group) => group.reduce((sum, step) => sum + of(step), 0) / (group.length * stepSeconds))
  const largest = (of: (step: Step) => Milliseconds) =>
    groups.map((group) => group.reduce<Milliseconds>((most, step) => larger(most, of(step)), null))
  const rate = (number: number) => count(number < 10 ? number : Math.round(number))
  const counted: Row[] = [
    ['planned', perSecond(({ planned }) => planned), rate, '/s'],
    ['acknowledged', perSecond(({ acknowledged }) => acknowledged), rate, '/s'],
  ]
  const latencies: Row[] = [
    ['p50', largest(({ p50 }) => p50), millisecondsText, ''],
    ['p99', largest(({ p99 }) => p99), millisecondsText, ''],
    ['max', largest(({ max }) => max), millisecondsText, ''],
  ]
  const hasLatencies = series.some(({ max }) => max !== null)
  const lines = [...counted, ...(hasLatencies ? latencies : [])].map(([name, values, text, unit]) => {
    const measured = values.filter((value) => value !== null)
    const [least, most] = [Math.min(...measured), Math.max(...measured)].map(text)
    return [`  ${name}`, sparkline(values), `${least === most ? least : `${least} to ${most}`}${unit}`]
  })
  const width = size * stepSeconds
  const which = size > 1 ? `the worst of each ${count(size)} steps` : 'those of the invoices planned in it'
  const title = `Each column is ${count(width)} s${hasLatencies ? `; latencies are ${which}` : ''}.`
  return `${title}\n${table(lines)}`
}

/** Name, values, how a value is written, unit. */
type Row = readonly [string, readonly Milliseconds[], (number: number) => string, string]

function larger(a: Milliseconds, b: Milliseconds): Milliseconds {
  if (a === null || b === null) return a ?? b
  return Math.max(a, b)
}
