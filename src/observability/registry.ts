import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { Distribution, type Labels, registerHistogram } from './distribution.ts'

/**
 * A registry of a process's own metrics, with those of Node. Names end in their unit; those of counters in `_total`. A
 * label has a small fixed set of values, and each combination is there with 0 from the first scrape, so that rates and
 * alarms see the first event, too. Brokers and partitions are the exception: which ones there are is seen later.
 */
export function createRegistry() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    /** A value that is read at each scrape. */
    gauge(name: string, help: string, read: () => number): void {
      gaugeBy(name, help, [], () => [[{}, read()]])
    },
    gaugeBy,

    /** `labels`: all values of each label. */
    counter<L extends string>(name: string, help: string, labels: Readonly<Record<L, readonly string[]>>): Counter<L> {
      const counter = new Counter({ name, help, labelNames: Object.keys(labels) as L[], registers })
      for (const of of combinations(labels)) counter.inc(of as Record<L, string>, 0)
      return counter
    },

    /** A counter by labels whose values are not known before. */
    counterBy<L extends string>(name: string, help: string, labelName: L): Counter<L> {
      return new Counter({ name, help, labelNames: [labelName], registers })
    },

    /** A counter whose counts are kept elsewhere, and read at each scrape: then counting costs next to nothing. */
    countedAtScrape(
      name: string,
      help: string,
      labelNames: readonly string[],
      read: () => Iterable<readonly [Labels, number]>,
    ): void {
      new Counter({
        ...{ name, help, labelNames, registers },
        collect() {
          this.reset()
          for (const [labels, count] of read()) this.inc(labels, count)
        },
      })
    },

    /** A histogram without labels. */
    histogram(name: string, help: string, bounds: readonly number[]): Distribution {
      const distribution = new Distribution(bounds)
      registerHistogram(registry, { name, help }, () => [[{}, distribution]])
      return distribution
    },

    /** A histogram whose distributions are kept elsewhere, by labels. */
    histogramBy(name: string, help: string, read: () => Iterable<readonly [Labels, Distribution]>): void {
      registerHistogram(registry, { name, help }, read)
    },

    /** All metrics but Node's own, with their samples. */
    own: async () => (await registry.getMetricsAsJSON()).filter(({ name }) => name.startsWith('tillgate_')),

    /** The text that Prometheus scrapes. */
    scrape: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  }

  /** Values by labels that are read at each scrape. */
  function gaugeBy(
    name: string,
    help: string,
    labelNames: readonly string[],
    read: () => Iterable<readonly [Labels, number]>,
  ): void {
    new Gauge({
      ...{ name, help, labelNames, registers },
      collect() {
        this.reset()
        for (const [labels, value] of read()) this.set(labels, value)
      },
    })
  }
}

export type OwnRegistry = ReturnType<typeof createRegistry>

function combinations(labels: Readonly<Record<string, readonly string[]>>): Labels[] {
  let all: Labels[] = [{}]
  for (const [name, values] of Object.entries(labels))
    all = all.flatMap((some) => values.map((value) => ({ ...some, [name]: value })))
  return all
}
