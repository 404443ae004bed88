import type { OwnRegistry } from './registry.ts'

/** What an instance knows of invoices that are in Kafka. */
export interface KnownFigures {
  /** How many of those that it has acknowledged itself. */
  readonly acknowledged: number
  /** What was read of `.journals`; null: it is not read. */
  readonly journals: {
    readonly journals: number
    readonly bytes: number
    readonly damaged: number
    readonly isComplete: boolean
    /** Offsets that are not read yet. */
    readonly left: number
    /** How long ago all of it was read. */
    readonly ageMs: number
  } | null
}

const CONTENTS = ['same', 'other', 'uncompared'] as const
const KNOWN_BY = ['instance', 'journals'] as const

export interface KnownMetrics {
  /** Counts one invoice that came again: what was known of it, and from where. */
  readonly repeated: (content: (typeof CONTENTS)[number], knownBy: (typeof KNOWN_BY)[number]) => void
}

export function createKnownMetrics(registry: OwnRegistry, read: () => KnownFigures): KnownMetrics {
  const repeats = registry.counter(
    'tillgate_repeats_total',
    'Invoices whose identity was known to be in Kafka: with the same content, other content, or uncompared; known by the instance itself or by JOURNALS_TOPIC.',
    { content: CONTENTS, known_by: KNOWN_BY },
  )
  registry.gauge(
    'tillgate_replay_invoices',
    'Invoices that this instance has stored and remembers.',
    () => read().acknowledged,
  )
  if (read().journals !== null) addJournalGauges(registry, () => read().journals)
  return { repeated: (content, known_by) => repeats.inc({ content, known_by }) }
}

/** What was read of `.journals`. */
function addJournalGauges({ gauge }: OwnRegistry, read: () => KnownFigures['journals']): void {
  gauge('tillgate_journals', 'Journals that are known from JOURNALS_TOPIC.', () => read()?.journals ?? 0)
  gauge(
    'tillgate_journals_bytes',
    'About how much memory they take, JOURNALS_MEMORY_BYTES at most.',
    () => read()?.bytes ?? 0,
  )
  gauge('tillgate_journals_complete', 'Whether JOURNALS_TOPIC was read to its end, and belongs to the topic.', () =>
    Number(read()?.isComplete ?? false),
  )
  gauge('tillgate_journals_lag_records', 'Offsets of JOURNALS_TOPIC that are not read yet.', () => read()?.left ?? 0)
  gauge(
    'tillgate_journals_age_seconds',
    'How long ago all of JOURNALS_TOPIC was read.',
    () => (read()?.ageMs ?? 0) / 1_000,
  )
  gauge('tillgate_journals_damaged', 'Records of JOURNALS_TOPIC that cannot be read.', () => read()?.damaged ?? 0)
}
