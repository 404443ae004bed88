import { Counter, Gauge, Histogram } from 'prom-client'
import { createRegistry } from './registry.ts'

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

/** The values that are read at each scrape. */
export interface MetricsSources {
  readonly pendingRecords: () => number
  readonly bufferedBytes: () => number
  readonly bufferCapacityBytes: number
  readonly stalledPartitions: () => number
  readonly unreadAnswerBytes: () => number
  /** In seconds. */
  readonly longestBlock: () => number
  readonly isReady: () => boolean
  /** How many warnings the operator's `/readyz` has. */
  readonly warnings: () => number
  /** Verified tokens that are remembered. */
  readonly rememberedTokens: () => number
  /** Keys or revocations that could not be read again. */
  readonly staleAuthFiles: () => number
  readonly known: () => KnownFigures
}

export interface Metrics {
  /** Counts one answer to a till: its status, its problem (`none` for a receipt) and how long it took. */
  readonly answered: (status: number, problem: string, durationMs: number) => void
  /** Counts one refusal by the bound on load that was met. */
  readonly refused: (bound: string) => void
  /** Counts the invoices of one upload by their answer. */
  readonly upload: (invoices: Readonly<Record<string, number>>) => void
  /** Counts one body that is handed to a worker thread: an `upload` or an `invoice`. */
  readonly handedOver: (kind: string) => void
  /** Counts one token that was verified. */
  readonly tokenVerified: () => void
  /** Counts one request, or one invoice of an upload, that was refused for its token. */
  readonly tokenRefused: (reason: string) => void
  /** Counts one invoice that came again: what was known of it, and from where. */
  readonly repeated: (kind: string, knownBy: string) => void
  /** Counts one problem with Kafka, by kind. */
  readonly kafkaTrouble: (kind: string) => void
  /** Counts one change of the topic, by kind. */
  readonly topicChanged: (change: string) => void
  /** Counts one pause that a broker asked for because of a quota. */
  readonly kafkaPaused: (broker: string, seconds: number) => void
  /** Says whether a broker throttles this gateway now. */
  readonly kafkaThrottled: (broker: string, isThrottled: boolean) => void
  /** The text that Prometheus scrapes. */
  readonly scrape: () => Promise<{ contentType: string; body: string }>
}

/** The process's metrics in a registry of their own. */
export function createMetrics(sources: MetricsSources): Metrics {
  const { registers, gauge, scrape } = createRegistry()
  const answers = new Counter({
    name: 'tillgate_answers_total',
    help: 'Answers to invoice requests, by status and problem type (none: a receipt).',
    labelNames: ['status', 'problem'] as const,
    registers,
  })
  const seconds = new Histogram({
    name: 'tillgate_answer_seconds',
    help: 'Time from the head of an invoice request to its answer, by status.',
    labelNames: ['status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  })
  const refusals = new Counter({
    name: 'tillgate_refusals_total',
    help: 'Requests refused because of load, by the bound that was met: memory, sender-time, ...',
    labelNames: ['bound'] as const,
    registers,
  })
  const uploadInvoices = new Counter({
    name: 'tillgate_upload_invoices_total',
    help: 'Invoices of uploads, by answer: accepted, rejected, retry.',
    labelNames: ['answer'] as const,
    registers,
  })
  const workerBodies = new Counter({
    name: 'tillgate_worker_bodies_total',
    help: 'Bodies that were handed to worker threads: uploads, large invoices.',
    labelNames: ['kind'] as const,
    registers,
  })
  const troubles = new Counter({
    name: 'tillgate_kafka_troubles_total',
    help: 'Failed attempts, failed and replaced producer sessions.',
    labelNames: ['kind'] as const,
    registers,
  })
  const topicChanges = new Counter({
    name: 'tillgate_kafka_topic_changes_total',
    help: 'Changes of the topic: deleted, recreated, partitions, min-insync-replicas; right: nothing is wrong any more.',
    labelNames: ['change'] as const,
    registers,
  })
  const pauses = new Counter({
    name: 'tillgate_kafka_throttle_seconds_total',
    help: 'Pauses that brokers asked for because of a quota (throttle_time_ms), by broker.',
    labelNames: ['broker'] as const,
    registers,
  })
  const throttled = new Gauge({
    name: 'tillgate_kafka_throttled',
    help: 'Whether a broker throttles this gateway because of a quota, by broker.',
    labelNames: ['broker'] as const,
    registers,
  })
  const verified = new Counter({
    name: 'tillgate_tokens_verified_total',
    help: 'Tokens that were verified. One that is remembered is not verified again.',
    registers,
  })
  const refused = new Counter({
    name: 'tillgate_tokens_refused_total',
    help: 'Requests and invoices of uploads that were refused for their token, by reason.',
    labelNames: ['reason'] as const,
    registers,
  })
  const repeats = new Counter({
    name: 'tillgate_repeats_total',
    help: 'Invoices whose identity was known to be in Kafka: with the same content, other content, or uncompared; known by the instance itself or by JOURNALS_TOPIC.',
    labelNames: ['content', 'known_by'] as const,
    registers,
  })
  gauge(
    'tillgate_replay_invoices',
    'Invoices that this instance has stored and remembers.',
    () => sources.known().acknowledged,
  )
  if (sources.known().journals !== null) addJournalGauges(gauge, () => sources.known().journals)
  gauge('tillgate_pending_records', 'Invoices whose outcome is not known yet.', sources.pendingRecords)
  gauge('tillgate_buffered_bytes', 'Bytes of invoices held in memory.', sources.bufferedBytes)
  gauge('tillgate_buffer_capacity_bytes', 'Bound of tillgate_buffered_bytes.', () => sources.bufferCapacityBytes)
  gauge('tillgate_stalled_partitions', 'Partitions that take nothing new.', sources.stalledPartitions)
  gauge('tillgate_unread_answer_bytes', 'Bytes of answers that wait for their readers.', sources.unreadAnswerBytes)
  gauge(
    'tillgate_event_loop_longest_block_seconds',
    'Longest time that the main thread was held up within the last minute or two.',
    sources.longestBlock,
  )
  gauge('tillgate_tokens_remembered', 'Verified tokens in memory, AUTH_MAX_TOKENS at most.', sources.rememberedTokens)
  gauge(
    'tillgate_auth_stale',
    'How many of keys and revocations cannot be read again, so that the last ones count.',
    sources.staleAuthFiles,
  )
  gauge('tillgate_warnings', "Warnings of the operator's /readyz, such as: the topic is another one.", sources.warnings)
  gauge('tillgate_ready', 'Whether the instance is ready.', () => Number(sources.isReady()))

  return {
    answered: (status, problem, durationMs) => {
      answers.inc({ status, problem })
      seconds.observe({ status }, durationMs / 1_000)
    },
    refused: (bound) => refusals.inc({ bound }),
    upload: (invoices) => {
      for (const [answer, number] of Object.entries(invoices)) uploadInvoices.inc({ answer }, number)
    },
    handedOver: (kind) => workerBodies.inc({ kind }),
    tokenVerified: () => verified.inc(),
    tokenRefused: (reason) => refused.inc({ reason }),
    repeated: (content, known_by) => repeats.inc({ content, known_by }),
    kafkaTrouble: (kind) => troubles.inc({ kind }),
    topicChanged: (change) => topicChanges.inc({ change }),
    kafkaPaused: (broker, seconds) => pauses.inc({ broker }, seconds),
    kafkaThrottled: (broker, isThrottled) => throttled.set({ broker }, Number(isThrottled)),
    scrape,
  }
}

/** What was read of `.journals`. */
function addJournalGauges(
  gauge: ReturnType<typeof createRegistry>['gauge'],
  read: () => KnownFigures['journals'],
): void {
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
