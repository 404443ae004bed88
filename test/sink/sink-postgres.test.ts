import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import type { LogRecord } from '../../src/kafka/read-topic.ts'
import { documentedLines, runLines } from '../clients/documented-lines.ts'
import { withAdmin } from '../harness/admin.ts'
import { recordsOf } from '../harness/read-topic.ts'
import { type Database, type Postgres, startPostgres } from './postgres.ts'
import { expectedOf, PARTITIONS, writeUntil } from './topic-writer.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const EXAMPLE = 'examples/sink-postgres'
/** As deep as a checkout, because a reader pastes the lines there. What an earlier run installed is kept. */
const CHECKOUT = join(ROOT, '.tools/sink')
const FOLDER = join(CHECKOUT, EXAMPLE)
const DEADLINE_MS = 60_000

let kafka: KafkaCluster
let postgres: Postgres
let install: string
let createTables: string
let runSink: string

before(async () => {
  const [first, second, third] = await documentedLines('Run it', 'examples/sink-postgres/README.md')
  ;[install, createTables, runSink] = [first as string, second as string, third as string]
  await cp(join(ROOT, EXAMPLE), FOLDER, { recursive: true, filter: (path) => !path.includes('node_modules') })
  ;[kafka, postgres] = await Promise.all([startKafka(), startPostgres(), runLines([install], CHECKOUT)])
})

after(async () => {
  await Promise.allSettled([kafka?.stop(), postgres?.stop()])
})

async function database(name: string): Promise<Database> {
  const created = await postgres.createDatabase(name)
  await runLines([`export DATABASE_URL=${created.url}`, createTables], FOLDER)
  return created
}

interface Sink {
  readonly child: ChildProcess
  readonly stderr: () => string
  /** Resolves with its exit code; null if a signal ended it. */
  readonly exited: Promise<number | null>
}

/** Starts the program of the documented line, with its variables. */
function startSink(t: TestContext, topic: string, { url }: Database): Sink {
  const values: Record<string, string> = { KAFKA_BROKERS: kafka.bootstrap.join(), KAFKA_TOPIC: topic }
  const [, variables = '', script = ''] = /^(.*) node (\S+)$/.exec(runSink) ?? []
  const env = Object.fromEntries(
    variables.split(' ').map((pair) => [pair.split('=')[0], values[pair.split('=')[0] ?? '']]),
  )
  const child = spawn(process.execPath, [script], {
    cwd: FOLDER,
    env: { PATH: process.env.PATH, DATABASE_URL: url, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const said: Buffer[] = []
  child.stderr?.on('data', (chunk) => said.push(chunk))
  const exited = once(child, 'close').then(([code]: (number | null)[]) => {
    if (code) console.error(`a sink ended with ${code}:\n${Buffer.concat(said)}`)
    return code as number | null
  })
  t.after(() => child.kill('SIGKILL'))
  return { child, stderr: () => Buffer.concat(said).toString(), exited }
}

interface Stored {
  kafka_partition: number
  stored: number
  last: number
}

/**
 * Resolves when the groups of both topics have a coordinator. The first group of a cluster brings about the topic of
 * positions, which takes a while on a busy machine: a sink ends then, and here nobody starts it again.
 */
async function untilGroupsAreServed(topic: string): Promise<void> {
  const groups = [topic, `${topic}.unique`].map((name) => `sink-postgres-${name}`)
  await withAdmin(kafka.bootstrap, (admin) =>
    eventually('groups are served', DEADLINE_MS, 100, () => admin.describeGroups(groups)),
  )
}

/** How much each partition has, at one moment. */
const progress = (db: Database) =>
  db.rows<Stored>(
    'SELECT kafka_partition, count(*)::int AS stored, max(raw_offset)::int AS last FROM invoices GROUP BY kafka_partition',
  )

/** Resolves when every partition has more rows than now. Notes what it sees. */
async function grows(db: Database, seen: Stored[]): Promise<void> {
  const before = new Map((await progress(db)).map(({ kafka_partition, stored }) => [kafka_partition, stored]))
  await eventually('rows of every partition', DEADLINE_MS, 20, async () => {
    const now = await progress(db)
    seen.push(...now)
    const isMore = now.length === PARTITIONS && now.every((it) => it.stored > (before.get(it.kafka_partition) ?? 0))
    return isMore || undefined
  })
}

/** Kills and freezes sinks while the topic is written. Resolves with those that run on, or should. */
async function breakSinks(t: TestContext, topic: string, db: Database, seen: Stored[]): Promise<Broken> {
  const [killed, frozen] = [startSink(t, topic, db), startSink(t, topic, db)]
  await grows(db, seen)
  killed.child.kill('SIGKILL')
  frozen.child.kill('SIGSTOP')
  const heir = startSink(t, topic, db)
  await grows(db, seen) // it has both partitions now
  frozen.child.kill('SIGCONT')
  heir.child.kill('SIGKILL')
  const last = startSink(t, topic, db)
  await grows(db, seen)
  return { frozen, last }
}

interface Broken {
  /** May have ended when it woke up: its session was over. */
  readonly frozen: Sink
  readonly last: Sink
}

const textOf = ({ partition, offset, value }: LogRecord) => `${partition}/${offset} ${hash('sha256', value as Buffer)}`

interface Row {
  kafka_partition: number
  raw_offset: number
  first_offset: number
  digest: string
}

const rowsOf = (db: Database, table: string, columns = '') =>
  db.rows<Row>(
    `SELECT kafka_partition, raw_offset, ${columns} encode(sha256(value), 'hex') AS digest FROM ${table} ORDER BY kafka_partition, raw_offset`,
  )

test('sinks are killed and frozen while tills resend: each invoice is there once, in order, from the raw topic and from .unique', async (t) => {
  const topic = 'pos.invoices'
  for (const [name, compression] of [
    [topic, 'zstd'],
    [`${topic}.unique`, 'snappy'],
  ] as const)
    await kafka.createTopic({ topic: name, partitions: PARTITIONS, config: { 'compression.type': compression } })
  await untilGroupsAreServed(topic)
  const [fromRaw, fromUnique] = await Promise.all([database('from_raw'), database('from_unique')])
  let isEnough = false
  const writing = writeUntil(() => isEnough, kafka.bootstrap, topic)
  const seen: Stored[] = []
  const sinks = await Promise.all([
    breakSinks(t, topic, fromRaw, seen),
    breakSinks(t, `${topic}.unique`, fromUnique, seen),
  ]).finally(() => {
    isEnough = true
  })
  await writing

  const records = (await recordsOf(kafka.bootstrap, topic)).sort(
    (a, b) => a.partition - b.partition || a.offset - b.offset,
  )
  const { firsts, conflicts } = expectedOf(records)
  t.diagnostic(`${records.length} records, ${firsts.length} invoices, ${conflicts.length} conflicts`)
  assert.ok(conflicts.length > 0 && firsts.length + conflicts.length < records.length)
  for (const db of [fromRaw, fromUnique]) {
    await eventually('everything is stored', DEADLINE_MS, 100, async () => {
      const stored = await progress(db)
      return stored.reduce((sum, it) => sum + it.stored, 0) >= firsts.length || undefined
    })
    const rows = await rowsOf(db, 'invoices')
    assert.deepEqual(
      rows.map((row) => `${row.kafka_partition}/${row.raw_offset} ${row.digest}`),
      firsts.map(textOf),
    )
    const [{ wrong }] = (await db.rows<{ wrong: number }>(
      "SELECT count(*)::int AS wrong FROM invoices WHERE invoice <> convert_from(value, 'UTF8')::jsonb OR invoice->>'storeId' <> store_id OR (invoice->>'sequenceNumber')::bigint <> sequence_number",
    )) as [{ wrong: number }]
    assert.equal(wrong, 0)
  }
  for (const { kafka_partition, stored, last } of seen)
    assert.equal(
      firsts.filter(({ partition, offset }) => partition === kafka_partition && offset <= last).length,
      stored,
      'at every moment there is all that comes before the last row, in its partition',
    )
  await eventually(
    'all conflicts are stored',
    DEADLINE_MS,
    100,
    async () => (await rowsOf(fromRaw, 'invoice_conflicts')).length >= conflicts.length || undefined,
  )
  assert.deepEqual(
    (await rowsOf(fromRaw, 'invoice_conflicts', 'first_offset,')).map(
      (row) => `${row.kafka_partition}/${row.raw_offset} ${row.digest} after ${row.first_offset}`,
    ),
    conflicts.map(({ record, firstOffset }) => `${textOf(record)} after ${firstOffset}`),
  )
  assert.deepEqual(await rowsOf(fromUnique, 'invoice_conflicts'), [], 'those are in another topic')

  for (const { frozen, last } of sinks) {
    last.child.kill('SIGTERM')
    frozen.child.kill('SIGTERM')
    await frozen.exited
    assert.equal(await last.exited, 0, last.stderr())
  }

  await t.test('a position that the topic does not have ends the sink, which says so', async (t) => {
    const endsWith = async (position: number, said: RegExp) => {
      await fromRaw.rows(`UPDATE reader_positions SET next_offset = ${position} WHERE kafka_partition = 0`)
      const sink = startSink(t, topic, fromRaw)
      assert.equal(await sink.exited, 1)
      assert.match(sink.stderr(), said)
    }
    await endsWith(1_000_000, /pos\.invoices\/0: ends before 1000000: is it another topic\?/)
    await withAdmin(kafka.bootstrap, async (admin) => {
      await admin.fetchTopicOffsets(topic) // kafkajs deletes only of topics that it has asked for
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '10' }] })
    })
    await endsWith(5, /pos\.invoices\/0: 5 was deleted before it was read/)
  })
})

test('the example type-checks with its own packages', async () => {
  await runLines([`${process.execPath} ${join(ROOT, 'node_modules/typescript/bin/tsc')} --project .`], FOLDER)
})
