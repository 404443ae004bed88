import type { LatencyRow, Percentiles } from './latency.ts'
import { machineLine, table } from './markdown.ts'
import type { Sample } from './measure.ts'
import type { MemoryRun } from './memory.ts'
import { spread } from './spread.ts'

/** The figures of a sample that tables show; NaN: not known. */
type Figures = Pick<Sample, 'invoicesPerSecond' | 'cpuUs' | 'busy'>

/** Two subjects, or one under two loads, in pairs. */
export interface Comparison {
  readonly name: string
  readonly a: string
  readonly b: string
  readonly pairs: readonly (readonly [Figures, Figures])[]
}

export async function heading({ pairs, seconds }: { pairs: number; seconds: number }): Promise<string> {
  return `${await machineLine()}; ${pairs} pairs of ${seconds} s; median (least-most).`
}

export function comparisonTable(title: string, comparisons: readonly Comparison[]): string {
  const figures = (pairs: Comparison['pairs'], which: 0 | 1) => {
    const of = (key: keyof Figures) => pairs.map((pair) => pair[which][key])
    const isKnown = !of('cpuUs').some(Number.isNaN)
    return [
      spread(of('invoicesPerSecond'), 0),
      isKnown ? spread(of('cpuUs'), 0) : '-',
      isKnown
        ? spread(
            of('busy').map((busy) => 100 * busy),
            0,
          )
        : '-',
    ]
  }
  const rows = comparisons.flatMap(({ name, a, b, pairs }) => [
    [name, a, ...figures(pairs, 0), ratio(pairs, 'invoicesPerSecond'), ratio(pairs, 'cpuUs')],
    ['', b, ...figures(pairs, 1), '', ''],
  ])
  const head = ['', '', 'invoices/s', 'CPU us each', '% of its core', 'ratio of invoices/s', 'ratio of CPU']
  return `\n### ${title}\n\n${table(head, rows)}`
}

function ratio(pairs: Comparison['pairs'], key: keyof Figures): string {
  const ratios = pairs.map(([a, b]) => a[key] / b[key])
  return ratios.some(Number.isNaN) ? '-' : spread(ratios)
}

export function latencyTable(rows: readonly LatencyRow[]): string {
  const cells = rows.flatMap(({ percent, rate, rounds }) =>
    (['gateway', 'bare', 'broker'] as const).map((who) => {
      const of = (key: keyof Percentiles) =>
        spread(
          rounds.map((round) => round[who][key]),
          1,
        )
      const ratios = rounds.map(({ gateway, bare, broker }) => gateway.p99 / (bare.p99 + broker.p99))
      const name = { gateway: 'gateway', bare: 'bare route', broker: "Kafka's own producer" }[who]
      const isFirst = who === 'gateway'
      const load = isFirst ? `${percent} %: ${rate}/s` : ''
      return [load, name, of('p50'), of('p99'), of('p999'), isFirst ? spread(ratios) : '']
    }),
  )
  const head = ['', '', 'p50 ms', 'p99 ms', 'p99.9 ms', 'p99 / (bare + broker)']
  return `\n### Latency, open loop\n\n${table(head, cells)}`
}

/** What a gateway holds, beside what the kernel counts and the target. */
export function memoryTable(name: string, { limitMib, rows, socketMib, killed }: MemoryRun): string {
  const cells = rows.map(({ state, ...mib }) => [state, ...[mib.residentMib, mib.countedMib, mib.peakMib].map(String)])
  const head = ['gateway', 'resident MiB', 'counted by the kernel', 'at most until then']
  const most = Math.max(...rows.map(({ peakMib }) => peakMib)) + socketMib
  const isMet = killed === 0 && most <= limitMib ? 'met' : 'missed'
  const target = `Target: not ended by the kernel, sockets counted, below ${limitMib} MiB: ${isMet}. ${most} MiB at most, ${socketMib} of it sockets; ended ${killed} times.`
  return `\n### Memory under the limit, ${name}\n\n${table(head, cells)}\n\n${target}`
}

/** What `tillgate dedup` costs, and how late it is: the results of `measureThroughput` and `measureLag`. */
export function dedupTable(...results: readonly Readonly<Record<string, number>>[]): string {
  const rows = results.flatMap((result) => Object.entries(result).map(([what, figure]) => [what, String(figure)]))
  return `\n### The dedup stage\n\n${table(['what', 'figure'], rows)}`
}
