import type { Outcome } from './accumulator/outcome.ts'
import { kafkaOptions } from './config.ts'
import type { Config } from './config-schema.ts'
import { firstReceivedAt } from './ingest/invoice.ts'
import { cachedPartitionOf } from './invoice/partition.ts'
import { followTopic } from './kafka/follow-topic.ts'
import { watchEnds } from './kafka/topic-ends.ts'
import { Acknowledged } from './known/acknowledged.ts'
import type { JournalStateOf } from './known/journal-state.ts'
import { JournalsView } from './known/journals-view.ts'
import { Known, type KnownOptions } from './known/known.ts'
import { JournalsReading, type ReadingWatcher } from './known/reading.ts'
import type { KnownFigures } from './observability/known-metrics.ts'
import type { EventSummary } from './observability/summary.ts'
import { within } from './waiting.ts'

/** What one instance knows of invoices that are in Kafka, and what keeps it up to date. */
export interface KnownInvoices {
  readonly find: Known['find']
  /** To be called for each acknowledged record, before its identity can come again. */
  readonly note: (outcome: Extract<Outcome, { kind: 'acknowledged' }>) => void
  /** To be called when the topic of the invoices was deleted, or created again. */
  readonly topicChanged: (change: 'deleted' | 'recreated') => void
  readonly stateOf: JournalStateOf
  readonly figures: () => KnownFigures
  /** What was read of `.journals`; null: it is not read. */
  readonly journals: JournalsView | null
  /** Begins to read. Nothing waits for it. */
  start(): void
  /** Resolves when the reading has ended, or after two seconds. */
  stop(): Promise<void>
}

const STOP_TIMEOUT_MS = 2_000

export function createKnownInvoices(
  config: Config,
  events: EventSummary,
  onRepeat: KnownOptions['onRepeat'],
): KnownInvoices {
  const { KAFKA_PARTITIONS: partitions, JOURNALS_TOPIC: journalsTopic, REPLAY_MEMORY_BYTES: replayBytes } = config
  const memoryBytes = config.JOURNALS_MEMORY_BYTES
  const partitionOf = cachedPartitionOf(partitions)
  const view = journalsTopic === undefined ? null : new JournalsView({ memoryBytes, partitions, partitionOf })
  // With at-most-once, what was acknowledged may be gone when the till sends it again: then it has to be appended.
  const isRemembered = replayBytes > 0 && config.DELIVERY !== 'at-most-once'
  const acknowledged = isRemembered ? new Acknowledged(replayBytes) : null
  const onForgotten = () =>
    events.note('warn', 'the topic is another one than before: what was acknowledged is forgotten')
  const known = new Known({ acknowledged, view, partitions, onRepeat, onForgotten })
  const journals = view === null ? null : new JournalsReading(view, { partitions, watcher: logOf(events) })
  const stopping = new AbortController()
  const onClientLog = (level: 'warn' | 'debug', message: string, fields: Record<string, unknown>) =>
    events.note(level, `kafka client, journals: ${message}`, fields)
  const session = { ...kafkaOptions(config), onClientLog }
  let reading: Promise<unknown> = Promise.resolve()

  return {
    find: (invoiceId, identity, value) => known.find(invoiceId, identity, value),
    note: ({ record, partition, offset }) => {
      const receivedAtMs = Date.parse(firstReceivedAt(record))
      known.note({ invoiceId: record.identity, value: record.value, partition, offset, receivedAtMs })
    },
    topicChanged: (change) => (change === 'deleted' ? known.rawIsGone() : known.rawIsAnother()),
    stateOf: (journal) => known.stateOf(journal),
    journals: view,
    figures: () => ({
      acknowledged: acknowledged?.count ?? 0,
      journals: view && journals && { ...figuresOf(view), left: journals.leftOffsets, ageMs: journals.ageMs },
    }),
    start: () => {
      const watch = {
        everyMs: config.KAFKA_METADATA_MAX_AGE_MS,
        leastEnds: () => known.leastEnds,
        endsBefore: (partition: number, end: number) => known.rawEndsBefore(partition, end),
        isChecked: () => view?.isChecked ?? true,
        unchecked: () => view?.unchecked ?? [],
      }
      const { signal } = stopping
      reading = Promise.all([
        journals && followTopic({ ...session, topic: journalsTopic as string }, journals, signal),
        watchEnds(session, watch, signal),
      ])
    },
    stop: async () => {
      stopping.abort()
      await within(STOP_TIMEOUT_MS, reading)
    },
  }
}

function figuresOf({ journals, bytes, damaged, isComplete }: JournalsView) {
  return { journals, bytes, damaged, isComplete }
}

/** Never of an invoice's value. */
function logOf(events: EventSummary): ReadingWatcher {
  return {
    caughtUp: (journals, behindMs) =>
      events.note('info', 'journals: all of it is read', { journals, afterMs: Math.round(behindMs) }),
    fellBehind: (offsets) =>
      events.note('warn', 'journals: what other instances stored lately is not known', { offsets }),
    failed: (error) => events.note('warn', 'journals cannot be read', { error: error.message }),
  }
}
