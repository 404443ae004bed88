import { machineLine, table } from './markdown.ts'
import { type Load, type Sample, sumOf } from './scale-sample.ts'
import { median, spread } from './spread.ts'

/** One load and its samples, one a round. */
export interface Row {
  readonly on: string
  readonly load: Load
  readonly samples: Sample[]
}

/** The largest ratio between the cost with two gateways, or three brokers, and with one: this much is noise. */
const GOAL = 1.1

/** The tables of bench/RESULTS.md: median (least-most) of the rounds. `idles`: of each round, each broker's idle time. */
export async function markdown(rows: readonly Row[], idles: readonly (readonly number[])[]): Promise<string> {
  const idleMs = idles.flat().map((busy) => 1e3 * busy)
  return `${await machineLine()}; ${idles.length} rounds of ${rows[0]?.load.seconds} s a row; invoices of ${mean(rows, 'valueBytes')} bytes, ${mean(rows, 'logBytes')} in the log.

${gatewayTable(rows)}

Each broker, per invoice of the topic; brokers without load take ${spread(idleMs, 0)} ms a second, which is left out.

${brokerTable(rows)}

${ratios(rows)}

${fits(rows)}`
}

const LOAD_HEAD = ['topic on', 'gateways', 'invoices/s to each']

function loadCells(on: string, { gateways, rate }: Load): string[] {
  return [on, String(gateways), rate === undefined ? 'all it takes' : String(rate)]
}

function gatewayTable(rows: readonly Row[]): string {
  return table(
    [
      ...LOAD_HEAD,
      'stored/s',
      'p50 ms',
      'records a batch',
      'gateway CPU us, each',
      'gateways, of their core',
      'brokers and load, of theirs',
    ],
    rows.map(({ on, load, samples }) => [
      ...loadCells(on, load),
      spreadOf(samples, ({ perSecond }) => perSecond, 0),
      spreadOf(samples, ({ p50Ms }) => p50Ms, 1),
      spreadOf(samples, ({ batchRecords }) => batchRecords, 1),
      Array.from({ length: load.gateways }, (_, i) => spreadOf(samples, ({ gatewayUs }) => gatewayUs[i]!, 0)).join(
        ' / ',
      ),
      spreadOf(samples, ({ gatewaysBusy }) => 100 * gatewaysBusy, 0, ' %'),
      spreadOf(samples, ({ restBusy }) => 100 * restBusy, 0, ' %'),
    ]),
  )
}

function brokerTable(rows: readonly Row[]): string {
  const each = (samples: readonly Sample[], name: 'brokerUs' | 'brokerIn' | 'brokerOut' | 'brokerDisk') =>
    [0, 1, 2].map((id) => median(samples.map((sample) => sample[name][id]!)).toFixed(0)).join(' / ')
  return table(
    [...LOAD_HEAD, 'CPU us', 'all brokers', 'network in, bytes', 'network out, bytes', 'disk, bytes'],
    rows.map(({ on, load, samples }) => [
      ...loadCells(on, load),
      each(samples, 'brokerUs'),
      spreadOf(samples, ({ brokerUs }) => sumOf(brokerUs), 0),
      each(samples, 'brokerIn'),
      each(samples, 'brokerOut'),
      each(samples, 'brokerDisk'),
    ]),
  )
}

/** Ratios of costs, round by round. */
function ratios(rows: readonly Row[]): string {
  const [first] = rows as [Row]
  const find = (on: string, gateways: number, rate: number | undefined) =>
    rows.find((row) => row.on === on && row.load.gateways === gateways && row.load.rate === rate) as Row
  const gatewayUs = ({ gatewayUs }: Sample) => sumOf(gatewayUs) / gatewayUs.length
  const brokersUs = ({ brokerUs }: Sample) => sumOf(brokerUs)
  const line = (what: string, b: Row, a: Row, cost: (sample: Sample) => number) => {
    const paired = b.samples.map((sample, round) => cost(sample) / cost(a.samples[round]!))
    return [what, spread(paired), median(paired) <= GOAL ? 'met' : 'MISSED']
  }
  const lines = [first.load.rate, undefined].flatMap((rate) => {
    const at = rate === undefined ? 'all they take' : `${rate}/s each`
    const [one1, one2] = [find('one broker', 1, rate), find('one broker', 2, rate)]
    const [three1, three2] = [find('three brokers', 1, rate), find('three brokers', 2, rate)]
    return [
      line(`gateway CPU, 2 gateways / 1, one broker, ${at}`, one2, one1, gatewayUs),
      line(`gateway CPU, 2 gateways / 1, three brokers, ${at}`, three2, three1, gatewayUs),
      line(`gateway CPU, three brokers / one, 1 gateway, ${at}`, three1, one1, gatewayUs),
      line(`gateway CPU, three brokers / one, 2 gateways, ${at}`, three2, one2, gatewayUs),
      line(`all brokers' CPU, 2 gateways / 1, three brokers, ${at}`, three2, three1, brokersUs),
    ]
  })
  return table(['cost per invoice', 'ratio, round by round', `goal ${GOAL}`], lines)
}

/** How much of the cost the size of batches explains: a batch costs something, and so does each invoice in it. */
function fits(rows: readonly Row[]): string {
  const onThree = rows.filter(({ on }) => on === 'three brokers')
  const line = (what: string, of: readonly Row[], cost: (sample: Sample) => number) => {
    const samples = of.flatMap(({ samples }) => samples)
    const fit = leastSquares(samples.map((sample) => [1 / sample.batchRecords, cost(sample)]))
    return [what, fit.at0.toFixed(0), fit.slope.toFixed(0), fit.explained.toFixed(2)]
  }
  return table(
    ['CPU us', 'an invoice', 'a batch more', 'of the variance explained'],
    [
      line('gateway', rows, ({ gatewayUs }) => sumOf(gatewayUs) / gatewayUs.length),
      line('three brokers together', onThree, ({ brokerUs }) => sumOf(brokerUs)),
    ],
  )
}

function leastSquares(points: readonly (readonly [number, number])[]) {
  const meanOf = (values: readonly number[]) => sumOf(values) / values.length
  const [meanX, meanY] = [meanOf(points.map(([x]) => x)), meanOf(points.map(([, y]) => y))]
  const xx = sumOf(points.map(([x]) => (x - meanX) ** 2))
  const xy = sumOf(points.map(([x, y]) => (x - meanX) * (y - meanY)))
  const yy = sumOf(points.map(([, y]) => (y - meanY) ** 2))
  return { at0: meanY - (xy / xx) * meanX, slope: xy / xx, explained: xy ** 2 / (xx * yy) }
}

function spreadOf(samples: readonly Sample[], value: (sample: Sample) => number, digits: number, unit = ''): string {
  return spread(samples.map(value), digits) + unit
}

function mean(rows: readonly Row[], name: 'valueBytes' | 'logBytes'): string {
  return median(rows.flatMap(({ samples }) => samples.map((sample) => sample[name]))).toFixed(0)
}
