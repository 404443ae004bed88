/** Charts over the last 15 minutes, drawn by uPlot. */
import { html } from './html.js'
import { column } from './state.js'
import { Component } from './vendor/preact.js'
import uPlot from './vendor/uplot.js'

/**
 * @typedef {{ name: string, label: string, colour: string, fill?: boolean, isRare?: boolean }} Line
 * @typedef {{ title: string, note: string, lines: Line[], height?: number, unit: (value: number) => string }} ChartProps
 */

const dark = matchMedia('(prefers-color-scheme: dark)')
const HEIGHT = 150

/** @param {string} name */
const colourOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

/** @extends {Component<ChartProps>} */
export class Chart extends Component {
  /** @type {uPlot | undefined} */ #plot
  /** @type {ResizeObserver | undefined} */ #resizes
  /** @type {HTMLElement | null} */ #room = null

  #keep = (/** @type {HTMLElement | null} */ element) => {
    if (element !== null) this.#room = element
  }

  #redraw = () => {
    this.#plot?.destroy()
    this.#draw()
  }

  componentDidMount() {
    this.#draw()
    this.#resizes = new ResizeObserver(() => this.#plot?.setSize(this.#size()))
    if (this.#room !== null) this.#resizes.observe(this.#room)
    dark.addEventListener('change', this.#redraw)
  }

  componentDidUpdate() {
    this.#plot?.setData(this.#data())
  }

  componentWillUnmount() {
    dark.removeEventListener('change', this.#redraw)
    this.#resizes?.disconnect()
    this.#plot?.destroy()
  }

  #size() {
    return { width: this.#room?.clientWidth ?? 300, height: HEIGHT }
  }

  /** @returns {uPlot.AlignedData} */
  #data() {
    const times = column('atMs').map((atMs) => /** @type {number} */ (atMs) / 1_000)
    return /** @type {uPlot.AlignedData} */ ([times, ...this.props.lines.map(lineOf)])
  }

  #draw() {
    if (this.#room === null) return
    const { lines, unit } = this.props
    const [text, grid] = [colourOf('muted'), colourOf('line')]
    const axis = { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { show: false }, font: '11px system-ui' }
    this.#plot = new uPlot(
      {
        ...this.#size(),
        padding: [8, 24, 0, 0],
        cursor: { show: false },
        legend: { show: false },
        scales: { y: { range: (_plot, _least, most) => [0, Math.max(most * 1.1, 1)] } },
        axes: [
          { ...axis, grid: { show: false }, size: 26, space: 70, values: (_plot, times) => clocksOf(times) },
          { ...axis, size: 58, space: 32, values: (_plot, values) => values.map(unit) },
        ],
        series: [
          {},
          ...lines.map(({ label, colour, fill }) => ({
            label,
            stroke: colourOf(colour),
            width: 1.5,
            points: { show: false },
            ...(fill && { fill: `${colourOf(colour)}26` }),
          })),
        ],
      },
      this.#data(),
      this.#room,
    )
  }

  /** @param {ChartProps} props */
  render({ title, note, lines }) {
    return html`<section class="card chart">
      <header><h2>${title}</h2><p class="note">${note}</p></header>
      <div class="plot" role="img" aria-label=${`${title}, the last 15 minutes. ${note}`} ref=${this.#keep}></div>
      <ul class="legend" aria-hidden="true">
        ${lines.map(({ label, colour }) => html`<li key=${label}><i class=${`swatch ${colour}`}></i>${label}</li>`)}
      </ul>
    </section>`
  }
}

/** What is mostly 0 has no line while it is. @param {Line} line */
function lineOf({ name, isRare }) {
  const values = column(name)
  if (!isRare) return values
  return values.map((value, index) => (value || values[index - 1] || values[index + 1] ? value : null))
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const clockWithSeconds = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })
const SHORT_SECONDS = 300

/** Times below a chart. @param {readonly number[]} seconds */
function clocksOf(seconds) {
  const isShort = (seconds.at(-1) ?? 0) - (seconds[0] ?? 0) < SHORT_SECONDS
  return seconds.map((second) => (isShort ? clockWithSeconds : clock).format(second * 1_000))
}
