import { escapeHtml } from '../../escape-html.ts'

/** One line of a chart: a value for each x. Null: nothing was measured there, so the line has a hole. */
export interface Line {
  readonly name: string
  readonly values: readonly (number | null)[]
}

/** A part of the x axis that is marked because something happened there. */
export interface Band {
  readonly from: number
  readonly to: number
  readonly text: string
}

export interface Tick {
  readonly at: number
  readonly text: string
}

export interface LineChart {
  readonly title: string
  /** Rising. */
  readonly xs: readonly number[]
  readonly xTicks: readonly Tick[]
  readonly xTitle: string
  /** At most four. */
  readonly lines: readonly Line[]
  /** How a value is written, with its unit. */
  readonly text: (value: number) => string
  /** `log`: every line across is ten times the one below. Values below the first are drawn on it. */
  readonly scale: 'linear' | 'log'
  readonly bands?: readonly Band[]
}

export interface Bar {
  readonly name: string
  readonly value: number
}

const [WIDTH, HEIGHT] = [720, 240]
const FRAME = { left: 64, right: 12, top: 28, bottom: 36 }
const ROW = 20
const NAMES_WIDTH = 220

/** The style of every chart, for light and dark. A page has it once. */
export const CHART_STYLE = `
svg { font: 12px system-ui, sans-serif; fill: currentColor }
svg .grid { stroke: currentColor; stroke-opacity: .15 }
svg .band { fill: #c0392b; fill-opacity: .18 }
svg .line { fill: none; stroke-width: 1.5; stroke-linejoin: round }
svg .dot { stroke: none }
svg .c0 { stroke: #1f77b4 } svg .c1 { stroke: #d9730d } svg .c2 { stroke: #2e8b57 } svg .c3 { stroke: #a05195 }
svg .bar { fill: #1f77b4; stroke: none }
@media (prefers-color-scheme: dark) {
  svg .c0 { stroke: #6cb6ff } svg .c1 { stroke: #ffa657 } svg .c2 { stroke: #7ee787 } svg .c3 { stroke: #d2a8ff }
  svg .bar { fill: #6cb6ff }
}
`

/** Lines over a common x axis, as an SVG element. */
export function lineChart(chart: LineChart): string {
  const { title, xs, xTicks, xTitle, lines, text, bands = [] } = chart
  const [first = 0, last = 1] = [xs[0], xs.at(-1)]
  const [left, right] = [FRAME.left, WIDTH - FRAME.right]
  const x = (at: number) => left + ((at - first) / (last - first || 1)) * (right - left)
  const scale = scaleOf(chart)
  const y = (value: number) => HEIGHT - FRAME.bottom - scale.share(value) * (HEIGHT - FRAME.top - FRAME.bottom)
  const across = scale.ticks.map((value) => {
    const at = point(y(value))
    const label = `<text x="${left - 6}" y="${at}" dy="4" text-anchor="end">${escapeHtml(text(value))}</text>`
    return `<path class="grid" d="M${left} ${at}H${right}"/>${label}`
  })
  const along = xTicks.map(
    (tick) => `<text x="${point(x(tick.at))}" y="${HEIGHT - 20}" text-anchor="middle">${escapeHtml(tick.text)}</text>`,
  )
  const marks = bands.map(({ from, to, text }) => {
    const [start, end] = [from, to].map((at) => x(Math.min(Math.max(at, first), last))) as [number, number]
    return `<rect class="band" x="${point(start)}" y="${FRAME.top}" width="${point(Math.max(end - start, 2))}" height="${HEIGHT - FRAME.top - FRAME.bottom}"><title>${escapeHtml(text)}</title></rect>`
  })
  const drawn = lines.map(
    ({ name, values }, i) =>
      `<path class="line c${i}" d="${pathOf(xs.map(x), values, y)}"><title>${escapeHtml(name)}</title></path>`,
  )
  const legend = lines.map(
    ({ name }, i) =>
      `<path class="line c${i}" d="M${left + i * 150} 14h20"/><text x="${left + i * 150 + 26}" y="18">${escapeHtml(name)}</text>`,
  )
  const below = `<text x="${(left + right) / 2}" y="${HEIGHT - 4}" text-anchor="middle">${escapeHtml(xTitle)}</text>`
  return svg(title, HEIGHT, [...marks, ...across, ...along, ...drawn, ...legend, below])
}

/** A bar for each value, one below the other, as an SVG element. */
export function barChart(title: string, bars: readonly Bar[], text: (value: number) => string): string {
  const most = Math.max(...bars.map(({ value }) => value), 0)
  const rows = bars.map(({ name, value }, i) => {
    const width = most === 0 ? 0 : (value / most) * (WIDTH - NAMES_WIDTH - 120)
    const base = i * ROW + 14
    return [
      `<text x="${NAMES_WIDTH - 8}" y="${base}" text-anchor="end">${escapeHtml(shortened(name))}</text>`,
      `<rect class="bar" x="${NAMES_WIDTH}" y="${i * ROW + 3}" width="${point(Math.max(width, 1))}" height="${ROW - 6}"/>`,
      `<text x="${point(NAMES_WIDTH + width + 6)}" y="${base}">${escapeHtml(text(value))}</text>`,
    ].join('')
  })
  return svg(title, bars.length * ROW, rows)
}

function svg(title: string, height: number, parts: readonly string[]): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(title)}">`
  return [head, ...parts, '</svg>'].join('\n')
}

interface Scale {
  /** Where a value is, from 0 at the bottom to 1 at the top. */
  readonly share: (value: number) => number
  readonly ticks: readonly number[]
}

function scaleOf({ lines, scale }: LineChart): Scale {
  const values = lines.flatMap((line) => line.values.filter((value) => value !== null))
  const most = values.reduce((largest, value) => Math.max(largest, value), 0)
  if (scale === 'linear') {
    const step = niceStep(most)
    const top = Math.max(step, Math.ceil(most / step) * step)
    return {
      share: (value) => value / top,
      ticks: Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step),
    }
  }
  const least = values.reduce((smallest, value) => (value > 0 ? Math.min(smallest, value) : smallest), most || 1)
  const [from, to] = [
    Math.floor(Math.log10(least)),
    Math.max(Math.ceil(Math.log10(most || 1)), Math.floor(Math.log10(least)) + 1),
  ]
  return {
    share: (value) => Math.max(0, (Math.log10(Math.max(value, 10 ** from)) - from) / (to - from)),
    ticks: Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i)),
  }
}

/** 1, 2 or 5 times a power of ten, so that some five steps reach `most`. */
function niceStep(most: number): number {
  const rough = Math.max(most, 1) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) as number
}

/** A point with holes on both sides is drawn as a short line, because a path of one point is invisible. */
function pathOf(xs: readonly number[], values: readonly (number | null)[], y: (value: number) => number): string {
  let path = ''
  let isDrawing = false
  for (const [i, value] of values.entries()) {
    if (value === null) {
      isDrawing = false
      continue
    }
    path += `${isDrawing ? 'L' : 'M'}${point(xs[i] as number)} ${point(y(value))}`
    if (!isDrawing) path += 'h1'
    isDrawing = true
  }
  return path
}

/** Evenly spaced round numbers from 0 to `last`, at most eight. */
export function roundTicks(last: number, text: (at: number) => string): Tick[] {
  const step = niceStep(last * 0.8)
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, i) => ({ at: i * step, text: text(i * step) }))
}

const point = (value: number) => Number(value.toFixed(1))

const shortened = (name: string) => (name.length > 34 ? `${name.slice(0, 33)}…` : name)
