import { Counter, Gauge } from 'prom-client'
import { createRegistry } from './registry.ts'

/** What is read of each partition at a scrape. */
export interface PartitionFigures {
  readonly partition: number
  /** Raw records that are not judged yet, as far as was seen. */
  readonly lag: number
  /** How long ago the position last was what it should be. */
  readonly positionAgeMs: number
  readonly journals: number
}

export interface DedupMetrics {
  /** Counts one transaction, and the records that it judged, by verdict. */
  readonly transaction: (verdicts: Readonly<Record<string, number>>) => void
  /** Counts an ownership that ended: `fenced` or `error`. */
  readonly lost: (why: 'fenced' | 'error') => void
  readonly scrape: () => Promise<{ contentType: string; body: string }>
}

/** The metrics of `tillgate dedup` in a registry of their own. */
export function createDedupMetrics(sources: {
  readonly partitions: () => readonly PartitionFigures[]
  readonly isReady: () => boolean
}): DedupMetrics {
  const { registers, gauge, scrape } = createRegistry()
  const records = new Counter({
    name: 'tillgate_dedup_records_total',
    help: 'Raw records that were judged, by verdict.',
    labelNames: ['verdict'] as const,
    registers,
  })
  const transactions = new Counter({
    name: 'tillgate_dedup_transactions_total',
    help: 'Committed transactions.',
    registers,
  })
  const losses = new Counter({
    name: 'tillgate_dedup_ownerships_lost_total',
    help: 'Ownerships of a partition that ended: fenced by another owner, or after an error.',
    labelNames: ['why'] as const,
    registers,
  })
  const ofEach = (name: string, help: string, read: (figures: PartitionFigures) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['partition'] as const,
      registers,
      collect() {
        for (const figures of sources.partitions()) this.set({ partition: String(figures.partition) }, read(figures))
      },
    })
  ofEach('tillgate_dedup_lag_records', 'Raw records that are not judged yet.', ({ lag }) => lag)
  ofEach(
    'tillgate_dedup_position_age_seconds',
    'How long the position has been behind the end of the raw topic without moving.',
    ({ positionAgeMs }) => positionAgeMs / 1_000,
  )
  ofEach('tillgate_dedup_journals', 'Journals that are remembered.', ({ journals }) => journals)
  gauge('tillgate_ready', 'Whether the instance is ready.', () => Number(sources.isReady()))
  return {
    transaction: (verdicts) => {
      transactions.inc()
      for (const [verdict, count] of Object.entries(verdicts)) if (count > 0) records.inc({ verdict }, count)
    },
    lost: (why) => losses.inc({ why }),
    scrape,
  }
}
