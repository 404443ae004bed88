import { table } from './markdown.ts'
import type { Comparison } from './report.ts'
import { median, spread } from './spread.ts'

/** A goal, and what measures it. */
interface Goal {
  readonly id: string
  readonly key: string
  readonly words: string
  /** What a figure has to be; absent where the command itself says whether the goal is met. */
  readonly limit?: { readonly atLeast: number } | { readonly atMost: number }
  /** A script of npm. Default: `bench`. */
  readonly script?: string
}

const GOALS: readonly Goal[] = [
  { id: 'P1', key: 'shipped', words: 'invoices/s as shipped, of the bare route', limit: { atLeast: 1 } },
  { id: 'P2', key: 'floor', words: 'CPU an invoice, times the floor', limit: { atMost: 2 } },
  { id: 'P3', key: 'peer', words: 'invoices/s, times Bento with schema and key', limit: { atLeast: 4 } },
  { id: 'P4', key: 'uploads', words: 'uploads per CPU-second, times single posts', limit: { atLeast: 3 } },
  { id: 'P5', key: 'producer', words: "uploads, of Kafka's own producer tool", limit: { atLeast: 0.5 } },
  { id: 'P6', key: 'latency', words: 'p99 at half of the capacity, times (bare + broker)', limit: { atMost: 1.5 } },
  { id: 'P7', key: 'beside', words: 'p99 of live posts beside an upload, times alone', script: 'bench:beside-upload' },
  { id: 'P8', key: 'large', words: 'p50 beside 16 senders of 800 KB, times alone', script: 'bench:large-bodies' },
  { id: 'P9', key: 'dedup', words: 'records/s of `tillgate dedup` on one core', limit: { atLeast: 10_000 } },
  { id: 'P9', key: 'lag', words: 'p99 from the topic to `.unique` at 50/s, ms', limit: { atMost: 50 } },
  { id: 'P10', key: 'overload', words: 'goodput at 2, 5, 10 x, of that at 1 x', script: 'bench:overload' },
  { id: 'P11', key: 'unit', words: 'unit tests, seconds', script: 'test:unit' },
]

/** A row's name, and its figure in each pair. */
export type Reached = readonly { readonly name: string; readonly figures: readonly number[] }[]

/** The goals, with the figures of a run by `key`; what it has not measured is left to the command. */
export function goalTable(reached: ReadonlyMap<string, Reached>): string {
  const rows = GOALS.map(({ id, key, words, limit, script = 'bench' }) => {
    const rows = reached.get(key)
    const command = `\`npm run ${script}\``
    if (limit === undefined) return [id, words, '', '', '', command]
    const [bound, isMet] =
      'atLeast' in limit
        ? [`at least ${limit.atLeast}`, (figure: number) => figure >= limit.atLeast]
        : [`at most ${limit.atMost}`, (figure: number) => figure <= limit.atMost]
    if (rows === undefined) return [id, words, bound, '', '', command]
    const text = rows.map(({ name, figures }) => `${name === '' ? '' : `${name}: `}${spread(figures)}`).join('; ')
    return [id, words, bound, text, rows.every(({ figures }) => isMet(median(figures))) ? 'met' : 'MISSED', command]
  })
  return `\n### Goals\n\n${table(['', 'goal', '', 'reached', '', 'command'], rows)}`
}

/** One figure of the pairs of each comparison: the first subject's by the second's. */
export function ratios(comparisons: readonly Comparison[], key: 'invoicesPerSecond' | 'cpuUs'): Reached {
  return comparisons.map(({ name, pairs }) => ({ name, figures: pairs.map(([a, b]) => a[key] / b[key]) }))
}
