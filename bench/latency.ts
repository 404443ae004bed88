import { runJavaProducer } from './java-producer.ts'
import { inPairs, type Load, type Sample } from './measure.ts'
import type { Subject, Target } from './subjects.ts'

/** Milliseconds at one rate, for each round, of the gateway, the bare route and Kafka's own producer. */
export interface LatencyRow {
  readonly percent: number
  readonly rate: number
  readonly rounds: readonly { gateway: Percentiles; bare: Percentiles; broker: Percentiles }[]
}

export interface Percentiles {
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

export interface LatencyOptions {
  readonly gateway: Subject
  readonly bare: Subject
  readonly target: Target
  readonly run: (subject: Subject, load: Load) => Promise<Sample>
  readonly pairs: number
  readonly seconds: number
  /** Most invoices a second that the gateway takes. */
  readonly capacity: number
  /** Of the capacity, to be measured. */
  readonly percents: readonly number[]
}

/** It takes three runs a round and rate. */
const MAX_ROUNDS = 3

/** Open loop at fractions of the capacity: the latency from the intended time. Each round measures all three. */
export async function compareLatency(options: LatencyOptions): Promise<LatencyRow[]> {
  const { gateway, bare, target, run, pairs, seconds, capacity } = options
  const rows: LatencyRow[] = []
  for (const percent of options.percents) {
    const rate = Math.round((capacity * percent) / 100)
    const load = { kind: 'post', connections: 256, rate, seconds }
    const broker = () =>
      runJavaProducer({ ...target, records: Math.ceil(rate * seconds), recordBytes: 2_000, rate, lingerMs: 0 })
    const measured = await inPairs(
      Math.min(pairs, MAX_ROUNDS),
      async () => (await run(gateway, load)).latency,
      async () => ({ bare: (await run(bare, load)).latency, broker: await broker() }),
    )
    rows.push({ percent, rate, rounds: measured.map(([gateway, others]) => ({ gateway, ...others })) })
  }
  return rows
}
