import { escapeHtml } from '../src/escape-html.ts'

/** Median, least and most of what was measured. */
export interface Measured {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** Bars that are compared with each other. */
export interface Group {
  readonly name: string
  readonly bars: readonly (Measured & { readonly series: string })[]
}

export interface BarChart {
  readonly title: string
  /** Of all its values. */
  readonly unit: string
  /** `log` where values differ by more than a hundred times; 0 is then drawn at the beginning. */
  readonly scale: 'linear' | 'log'
  /** Of at most four series. */
  readonly groups: readonly Group[]
}

const WIDTH = 760
const [MARGIN, RIGHT] = [12, 90]
/** As wide as in DejaVu Sans; other fonts are narrower. */
const CHARACTER = 6.5
const widthOf = (text: string) => Math.ceil(text.length * CHARACTER)
const [BAR, BETWEEN_GROUPS, TOP, BOTTOM] = [16, 12, 64, 44]

/** A file that an `img` shows has its own colours: the page's do not reach it. */
const STYLE = `
  svg { font: 12px system-ui, sans-serif; background: #fff }
  text { fill: #1f2328 }
  .title { font-size: 15px; font-weight: 600 }
  .grid { stroke: #1f2328; stroke-opacity: .15 }
  .spread { stroke: #1f2328; stroke-width: 1.5 }
  .s0 { fill: #0969da } .s1 { fill: #9a9fa6 } .s2 { fill: #bf8700 } .s3 { fill: #8250df }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117 }
    text { fill: #e6edf3 }
    .grid, .spread { stroke: #e6edf3 }
    .s0 { fill: #4493f8 } .s1 { fill: #6e7681 } .s2 { fill: #d29922 } .s3 { fill: #ab7df8 }
  }`

/** A chart of bars from left to right, as an SVG file. It says its values in words, too, for those who do not see it. */
export function barChart({ title, unit, scale, groups }: BarChart): string {
  const series = [...new Set(groups.flatMap(({ bars }) => bars.map((bar) => bar.series)))]
  if (series.length > 4) throw new Error(`a chart has colours for at most four series, not ${series.join(', ')}`)
  const left = MARGIN + Math.max(...groups.map(({ name }) => widthOf(name))) + 8
  const axis = axisOf(
    scale,
    groups.flatMap(({ bars }) => bars.flatMap(({ least, most }) => [least, most])),
  )
  const x = (value: number) => round(left + axis.share(value) * (WIDTH - left - RIGHT))
  const parts: string[] = []
  let y = TOP
  for (const { name, bars } of groups) {
    parts.push(text(left - 8, y + 12, name, 'text-anchor="end"'))
    for (const { series: of, median, least, most } of bars) {
      const middle = y + BAR / 2
      parts.push(
        `<rect class="s${series.indexOf(of)}" x="${left}" y="${y + 1}" width="${round(x(median) - left)}" height="${BAR - 2}"/>`,
      )
      if (most > least) parts.push(`<path class="spread" d="M${x(least)} ${middle}H${x(most)}"/>`)
      parts.push(text(Math.max(x(median), x(most)) + 6, y + 12, figure(median)))
      y += BAR
    }
    y += BETWEEN_GROUPS
  }
  const bottom = y - BETWEEN_GROUPS + 4
  const grid = axis.ticks.flatMap((tick) => [
    `<path class="grid" d="M${x(tick)} ${TOP - 4}V${bottom}"/>`,
    text(x(tick), bottom + 14, figure(tick), 'text-anchor="middle"'),
  ])
  const hasSpread = groups.some(({ bars }) => bars.some(({ least, most }) => most > least))
  const below = hasSpread ? `${unit}; bar: median, line: least to most` : unit
  const head = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + BOTTOM}" width="${WIDTH}" height="${bottom + BOTTOM}" role="img" aria-labelledby="title words">`,
    `<title id="title">${escapeHtml(title)}</title>`,
    `<desc id="words">${escapeHtml(inWords(unit, groups))}</desc>`,
    `<style>${STYLE}\n</style>`,
    text(MARGIN, 24, title, 'class="title"'),
  ]
  const unitText = text((left + WIDTH - RIGHT) / 2, bottom + 34, below, 'text-anchor="middle"')
  return [...head, ...legendOf(series), ...grid, ...parts, unitText, '</svg>', ''].join('\n')
}

/** One line. One series needs none: the title says what it is. */
function legendOf(series: readonly string[]): string[] {
  if (series.length < 2) return []
  let x = MARGIN
  return series.flatMap((name, i) => {
    const at = x
    x += 18 + widthOf(name) + 24
    return [`<rect class="s${i}" x="${at}" y="38" width="12" height="12"/>`, text(at + 18, 48, name)]
  })
}

function inWords(unit: string, groups: readonly Group[]): string {
  const words = groups.map(({ name, bars }) => {
    const values = bars.map(({ series, median }) => `${series} ${figure(median)}`)
    return `${name}: ${values.join(', ')}`
  })
  return `${unit}. ${words.join('; ')}.`
}

interface Axis {
  /** Where a value is: 0 at the left, 1 at the right. */
  readonly share: (value: number) => number
  readonly ticks: readonly number[]
}

function axisOf(scale: BarChart['scale'], values: readonly number[]): Axis {
  const most = Math.max(...values)
  if (scale === 'linear') {
    const power = 10 ** Math.floor(Math.log10(most / 4))
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((step) => most / step <= 6) as number
    const steps = Math.ceil(most / step)
    return { share: (value) => value / (steps * step), ticks: Array.from({ length: steps + 1 }, (_, i) => i * step) }
  }
  const first = Math.floor(Math.log10(Math.min(...values.filter((value) => value > 0))))
  const last = Math.ceil(Math.log10(most))
  return {
    share: (value) => (value <= 10 ** first ? 0 : (Math.log10(value) - first) / (last - first)),
    ticks: Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i)),
  }
}

const text = (x: number, y: number, content: string, attributes = '') =>
  `<text x="${x}" y="${y}"${attributes && ` ${attributes}`}>${escapeHtml(content)}</text>`

const figure = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 2 })
const round = (value: number) => Number(value.toFixed(1))
