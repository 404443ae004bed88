import { readFile, writeFile } from 'node:fs/promises'
import { PROBLEMS } from '../src/errors.ts'
import { Tally } from '../src/ingest/tally.ts'
import { createDedupMetrics } from '../src/observability/dedup-metrics.ts'
import { createMetrics } from '../src/observability/metrics.ts'
import type { OwnRegistry } from '../src/observability/registry.ts'

/**
 * Writes docs/metrics.md from the metrics themselves. With `--check` nothing is written, and the exit code is 1 when the
 * file is not what they say.
 */
const file = new URL('../docs/metrics.md', import.meta.url)

const INTRODUCTION = `# Metrics

<!-- dev/write-metrics.ts makes this file from the code: npm run metrics -->

\`/metrics\` of the [operator's listener](deploy.md#the-operators-listener), in the text format of Prometheus. Besides these
there are those of Node and its process (\`nodejs_\`, \`process_\`). Times are in seconds, sizes in bytes. A label has a small
fixed set of values, whatever tills send, and every counter is there with 0 from the first scrape. Brokers and partitions
are the exceptions: they appear when they are seen, and brokers are 100 at most. Without \`JOURNALS_TOPIC\` a gateway has none
that begin with \`tillgate_journals\`. Alarms and a dashboard are in [operations.md](operations.md#what-to-watch).

## The balance of invoices

Every invoice that was received has one outcome or is in flight, at any moment:

\`\`\`
sum(tillgate_invoices_received_total) = sum(tillgate_invoices_settled_total) + tillgate_invoices_in_flight
\`\`\`

- *received*: its body was read in full and has its place; or the upload that it is a line of was read and has memory.
  What is refused before that has no invoice that the gateway knows of: no token, too long, no room, a body that broke off. It counts in
  \`tillgate_answers_total\` alone.
- *acknowledged*: Kafka has it. So does a request that joined the same invoice in flight. *replayed*: it was there before.
- *rejected*: it is not in Kafka. *unknown*: it may be. \`problem\` says why.

The outcome counts when the answer is decided, whether or not the till is still there to take it. The invoices of an upload
get theirs together. If the gateway itself fails with an upload (500), all of them are unknown, as their till is told.
Without traffic nothing is in flight. The log's line \`stopped\` has the balance at the end, with what came after the last
scrape.

## Where the time goes

\`tillgate_answer_seconds\` is what a till waits. Of that, \`tillgate_waiting_seconds\` is in the lane, and
\`tillgate_in_flight_seconds\` with the batch, of which \`tillgate_produce_seconds\` is one produce request, the latest: the
network, and the broker with its replicas. Kafka does not say how long the broker alone took. The rest of it is retries, and
pauses of a quota (\`tillgate_kafka_throttle_seconds_total\`).
`

/** Each begins at one metric. */
const HEADINGS: Readonly<Record<string, string>> = {
  tillgate_invoices_received_total: '## A gateway: invoices and answers',
  tillgate_waiting_seconds: '## A gateway: batches and produce requests',
  tillgate_pending_records: '## A gateway: lanes, memory, threads, state',
  tillgate_kafka_troubles_total: '## A gateway: Kafka',
  tillgate_tokens_verified_total: '## A gateway: tokens',
  tillgate_repeats_total: '## A gateway: invoices that come again',
  tillgate_dedup_records_total: '## `tillgate dedup`',
}

const ZERO = () => 0
const JOURNALS = { journals: 0, bytes: 0, damaged: 0, isComplete: true, left: 0, ageMs: 0 }

const gateway = createMetrics({
  invoices: () => new Tally().figures,
  pendingRecords: ZERO,
  busyPartitions: ZERO,
  stalledPartitions: ZERO,
  oldestBatchMs: ZERO,
  bufferedBytes: ZERO,
  bufferCapacityBytes: 0,
  unreadAnswerBytes: ZERO,
  longestBlock: ZERO,
  workers: () => ({ threads: 0, busy: 0, waiting: 0 }),
  isReady: () => true,
  warnings: ZERO,
  rememberedTokens: ZERO,
  staleAuthFiles: ZERO,
  known: () => ({ acknowledged: 0, journals: JOURNALS }),
})
const dedup = createDedupMetrics({
  partitions: () => [{ partition: 0, lag: 0, positionAgeMs: 0, journals: 0 }],
  isReady: () => true,
})
gateway.kafkaPaused('broker', 0)
gateway.kafkaThrottled('broker', false)

/** What is said of a label instead of its values. */
const OPEN: Readonly<Record<string, string>> = {
  broker: 'its `host:port`',
  partition: 'its number',
  status: 'that of HTTP',
}

type OwnMetric = Awaited<ReturnType<OwnRegistry['own']>>[number]

function rowOf(metric: OwnMetric): string {
  const { name, help, type } = metric
  return `| \`${name}\` | ${type} | ${labelsOf(metric)} | ${help} |`
}

/** Every label with all its values, if they are fixed. */
function labelsOf({ values }: OwnMetric): string {
  const seen = new Map<string, Set<string>>()
  for (const { labels } of values)
    for (const [label, value] of Object.entries(labels))
      if (label !== 'le') seen.set(label, (seen.get(label) ?? new Set()).add(String(value)))
  return Array.from(seen, ([label, all]) => `\`${label}\`: ${OPEN[label] ?? valuesOf(all)}`).join('; ')
}

function valuesOf(all: ReadonlySet<string>): string {
  const others = Object.keys(PROBLEMS).every((slug) => all.has(slug)) ? ['any problem type'] : []
  return [...[...all].filter((value) => others.length === 0 || !(value in PROBLEMS)), ...others].join(', ')
}

let text = INTRODUCTION
for (const metric of [...(await gateway.own()), ...(await dedup.own())]) {
  const heading = HEADINGS[metric.name]
  if (heading !== undefined) text += `\n${heading}\n\n| metric | type | labels | |\n|---|---|---|---|\n`
  text += `${rowOf(metric)}\n`
}

if (!process.argv.includes('--check')) {
  await writeFile(file, text)
} else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
  console.error('docs/metrics.md is stale: run dev/write-metrics.ts and commit what it writes')
  process.exitCode = 1
}
