/**
 * `npm run bench:charts [-- --check]`: draws the charts of bench/RESULTS.md from its tables, into bench/charts. With
 * `--check` nothing is written, and the exit code is 1 when a chart is not what the tables say.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type BarChart, barChart, type Group } from './bar-chart.ts'
import { tableBelow } from './markdown.ts'
import { spreadIn } from './spread.ts'

/** The cell of a row in the column with this head, or with this number. */
type Cell = (column: string | number) => string

interface Source extends Omit<BarChart, 'groups'> {
  /** The figures are in the first table below each of these headings. */
  readonly headings: readonly string[]
  readonly groupsOf: (cell: Cell) => readonly Group[]
}

/** Two subjects, as `comparisonTable` writes them. */
function compared(title: string, ...headings: readonly string[]): Source {
  const groupsOf = (cell: Cell) => [{ name: cell(0), bars: [{ series: cell(1), ...spreadIn(cell('invoices/s')) }] }]
  return { title, unit: 'invoices a second', scale: 'linear', headings, groupsOf }
}

/** One figure a row. */
function listed(column: string | number, series: string, nameOf: (cell: Cell) => string): Source['groupsOf'] {
  return (cell) => [{ name: nameOf(cell), bars: [{ series, ...spreadIn(cell(column)) }] }]
}

/** By the name of the file. */
const SOURCES: Readonly<Record<string, Source>> = {
  'single-posts': compared('Single posts beside the bare Fastify route', 'Single posts beside the bare Fastify route'),
  naive: compared('Single posts beside one send a request', 'Single posts beside one `send` a request'),
  bento: compared('Single posts beside Bento', 'Single posts beside Bento'),
  floor: {
    title: 'What an invoice costs beside the floor',
    unit: 'microseconds of processor time',
    scale: 'linear',
    headings: ['Single posts beside the floor'],
    groupsOf: (cell) => [{ name: cell(0), bars: [{ series: cell(1), ...spreadIn(cell('CPU us each')) }] }],
  },
  uploads: compared(
    "Uploads beside single posts and beside Kafka's own tool",
    'Uploads beside single posts',
    "Uploads beside Kafka's own producer performance tool",
  ),
  latency: {
    title: 'Latency at a quarter, a half and three quarters of the capacity',
    unit: 'milliseconds, on a logarithmic scale',
    scale: 'log',
    headings: ['Latency, open loop'],
    groupsOf: (cell) =>
      ['p50', 'p99', 'p99.9'].map((percentile) => ({
        name: `${percentile} at ${cell(0)}`,
        bars: [{ series: cell(1), ...spreadIn(cell(`${percentile} ms`)) }],
      })),
  },
  memory: {
    title: 'Resident memory of a gateway',
    unit: 'MiB',
    scale: 'linear',
    headings: ['Memory under the limit, as shipped'],
    groupsOf: listed('resident MiB', 'gateway', (cell) => cell('gateway').replace(/:.*/, '')),
  },
  scale: {
    title: 'What an invoice costs each gateway',
    unit: 'microseconds of processor time',
    scale: 'linear',
    headings: ['`npm run bench:scale -- --rounds 3 --seconds 5`'],
    groupsOf: (cell) => [
      {
        name: `${cell('topic on')}, ${cell('gateways')} x ${cell('invoices/s to each')}`,
        bars: cell('gateway CPU us, each')
          .split(' / ')
          .map((part, i) => ({ series: `gateway ${i + 1}`, ...spreadIn(part) })),
      },
    ],
  },
  overload: {
    title: 'What is stored under overload',
    unit: 'invoices a second',
    scale: 'linear',
    headings: ['`npm run bench:overload`'],
    groupsOf: listed('goodput/s', 'stored', (cell) => `${cell('load')}: ${cell('tills')} tills`),
  },
}

/** Every chart by the name of its file, as an SVG. Throws where the tables are not as they were. */
export function chartsOf(results: string): Map<string, string> {
  return new Map(
    Object.entries(SOURCES).map(([name, { headings, groupsOf, ...chart }]) => {
      const groups = headings.flatMap((heading) => joined(cellsBelow(results, heading).flatMap(groupsOf)))
      return [`${name}.svg`, barChart({ ...chart, groups })]
    }),
  )
}

/** The rows of a table. An empty first cell is that of the row above; `a / b` names two rows, one after the other. */
function cellsBelow(results: string, heading: string): Cell[] {
  const [head = [], ...rows] = tableBelow(results, heading)
  let names: string[] = []
  return rows.map((row) => {
    names = row[0] === '' ? names.slice(names.length > 1 ? 1 : 0) : (row[0] as string).split(' / ')
    const [first] = names
    return (column) => {
      const index = typeof column === 'number' ? column : head.indexOf(column)
      const cell = index === 0 ? first : row[index]
      if (cell === undefined) throw new Error(`below ${heading} there is no column ${column}`)
      return cell
    }
  })
}

/** Groups of one name made one. */
function joined(groups: readonly Group[]): Group[] {
  const byName = Map.groupBy(groups, ({ name }) => name)
  return [...byName].map(([name, same]) => ({ name, bars: same.flatMap(({ bars }) => bars) }))
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
  const charts = chartsOf(await readFile(new URL('RESULTS.md', import.meta.url), 'utf8'))
  const folder = new URL('charts/', import.meta.url)
  await mkdir(folder, { recursive: true })
  for (const [name, svg] of charts) {
    const file = new URL(name, folder)
    if (!values.check) await writeFile(file, svg)
    else if ((await readFile(file, 'utf8').catch(() => '')) !== svg) {
      console.error(`bench/charts/${name} is stale: run npm run bench:charts and commit what it writes`)
      process.exitCode = 1
    }
  }
}
