import type { Row } from './run-attack.ts'
import type { Seen } from './till.ts'
import { growthOf } from './verdict.ts'

const HEAD = [
  'attack',
  'sent',
  'attacker got',
  'till got',
  'p50 ms',
  'p99 ms',
  'x',
  'floor ms',
  'probes',
  'MiB',
  'block ms',
  'verdict',
]
const RIGHT = new Set(['sent', 'p50 ms', 'p99 ms', 'x', 'floor ms', 'MiB', 'block ms'])

/** One line for each attack, under a line of names. */
export function tableText(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map(cellsOf)]
  const widths = HEAD.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)))
  const pad = (text: string, i: number) => (RIGHT.has(HEAD[i]!) ? text.padStart(widths[i]!) : text.padEnd(widths[i]!))
  return cells.map((row) => row.map(pad).join('  ').trimEnd()).join('\n')
}

/** What the columns mean, in words. */
export const LEGEND = [
  'till got: posts / uploads, by status. p50, p99: before > during the attack, of the last round.',
  'x: the p50 during the attack as a multiple of the one before, or of the one beside a busy process that sends nothing',
  '(noise), whichever is more; the median of the rounds. floor: the p50 while the same attack runs on a bare HTTP server',
  'that does nothing, in a process of its own: what the attack costs on this machine, whatever the gateway does. probes:',
  '/livez and /readyz that were answered 200, and the slowest. MiB: the most resident memory. block: the longest that the',
  'event loop stood still. A row fails if a post, upload or probe got another answer than 201, 200 and 200, if the p50 is',
  'more than twice the highest of these (x is above 2, and the floor does not explain it), or if the gateway took more',
  'memory than the Helm chart gives it.',
].join('\n')

function cellsOf({ name, sent, rounds, residentBytes, longestBlockMs, faults, noiseMs, floorMs }: Row): string[] {
  const { before, during } = rounds.at(-1)!
  return [
    name,
    sizeOf(sent.bytesSent),
    countsOf(sent.answers) || 'nothing',
    `${countsOf(during.posts)} / ${countsOf(during.uploads)}`,
    `${msOf(before.p50Ms)} > ${msOf(during.p50Ms)}`,
    `${msOf(before.p99Ms)} > ${msOf(during.p99Ms)}`,
    Number.isFinite(noiseMs) ? growthOf(rounds, noiseMs).toFixed(1) : '-',
    floorMs === undefined ? '-' : msOf(floorMs),
    probesOf(during),
    String(Math.round(residentBytes / 2 ** 20)),
    longestBlockMs === undefined ? '-' : longestBlockMs.toFixed(0),
    faults.length === 0 ? `held${floorMs === undefined ? '' : ', as a bare server'}` : `FAILED: ${faults.join(', ')}`,
  ]
}

function probesOf({ probes, slowestProbeMs }: Seen): string {
  const asked = Object.values(probes).reduce((sum, count) => sum + count, 0)
  return `${probes['200'] ?? 0}/${asked}, ${msOf(slowestProbeMs)} ms`
}

function msOf(ms: number): string {
  return ms < 100 ? ms.toFixed(1) : ms.toFixed(0)
}

function countsOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([status, count]) => `${status} x ${count}`)
    .join(', ')
}

function sizeOf(bytes: number): string {
  if (bytes < 10_000) return `${bytes} B`
  return bytes < 1e7 ? `${Math.round(bytes / 1e3)} KB` : `${Math.round(bytes / 1e6)} MB`
}
