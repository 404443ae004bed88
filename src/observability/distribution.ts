import type { Metric, Registry } from 'prom-client'

export type Labels = Readonly<Record<string, string>>

/** How often a value was within each bound. */
export class Distribution {
  readonly #bounds: readonly number[]
  readonly #counts: Float64Array
  #sum = 0

  /** `bounds`: the upper bounds of the buckets, rising; larger values count in a last one. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = new Float64Array(bounds.length + 1)
  }

  observe(value: number): void {
    let bucket = 0
    while (bucket < this.#bounds.length && value > this.#bounds[bucket]!) bucket++
    this.#counts[bucket]!++
    this.#sum += value
  }

  /** The samples of a histogram, as Prometheus wants them: each bucket has all values up to its bound. */
  samples(name: string, labels: Labels): Sample[] {
    let count = 0
    const buckets = Array.from(this.#counts, (inBucket, index) => {
      count += inBucket
      const le = index < this.#bounds.length ? String(this.#bounds[index]) : '+Inf'
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count }
    })
    const sum = { metricName: `${name}_sum`, labels, value: this.#sum }
    return [...buckets, sum, { metricName: `${name}_count`, labels, value: count }]
  }
}

interface Sample {
  readonly metricName: string
  readonly labels: Labels
  readonly value: number
}

/**
 * Registers a histogram whose distributions are kept outside of prom-client. Its own `observe` takes ten times as long
 * (0.7 µs), and it is called several times for each invoice.
 */
export function registerHistogram(
  registry: Registry,
  { name, help }: { name: string; help: string },
  distributions: () => Iterable<readonly [Labels, Distribution]>,
): void {
  const get = async () => {
    const values = Array.from(distributions(), ([labels, distribution]) => distribution.samples(name, labels)).flat()
    return { name, help, type: 'histogram', values, aggregator: 'sum' }
  }
  registry.registerMetric({ name, get } as unknown as Metric)
}
