import { createRegistry, type OwnRegistry } from './registry.ts'

const VERDICTS = ['first', 'duplicate', 'other-content', 'uncompared', 'too-many-gaps', 'foreign'] as const

/** What is read of each partition at a scrape. */
export interface PartitionFigures {
  readonly partition: number
  /** Raw records that are not judged yet, as far as was seen. */
  readonly lag: number
  /** How long ago the position last was what it should be. */
  readonly positionAgeMs: number
  readonly journals: number
}

export interface DedupMetrics extends Pick<OwnRegistry, 'scrape' | 'own'> {
  /** Counts one transaction, and the records that it judged, by verdict. */
  readonly transaction: (verdicts: Readonly<Record<(typeof VERDICTS)[number], number>>) => void
  /** Counts an ownership that ended: `fenced` or `error`. */
  readonly lost: (why: 'fenced' | 'error') => void
}

/** The metrics of `tillgate dedup` in a registry of their own. */
export function createDedupMetrics(sources: {
  readonly partitions: () => readonly PartitionFigures[]
  readonly isReady: () => boolean
}): DedupMetrics {
  const { gauge, gaugeBy, counter, own, scrape } = createRegistry()
  const records = counter('tillgate_dedup_records_total', 'Raw records that were judged, by verdict.', {
    verdict: VERDICTS,
  })
  const transactions = counter('tillgate_dedup_transactions_total', 'Committed transactions.', {})
  const losses = counter(
    'tillgate_dedup_ownerships_lost_total',
    'Ownerships of a partition that ended: fenced by another owner, or after an error.',
    { why: ['fenced', 'error'] },
  )
  const ofEach = (name: string, help: string, read: (figures: PartitionFigures) => number) =>
    gaugeBy(name, help, ['partition'], () =>
      sources.partitions().map((figures) => [{ partition: String(figures.partition) }, read(figures)]),
    )
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
      for (const verdict of VERDICTS) records.inc({ verdict }, verdicts[verdict])
    },
    lost: (why) => losses.inc({ why }),
    own,
    scrape,
  }
}
