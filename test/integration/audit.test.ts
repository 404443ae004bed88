import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { hash } from 'node:crypto'
import { mkdtemp, open, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import kafkajs, { type ProducerRecord } from '../../src/kafka/kafkajs/index.ts'
import { fetchRanges, readTopic } from '../../src/kafka/read-topic.ts'
import type { AnswerLine } from '../../src/tools/audit/answers.ts'
import type { FindingCounts, FindingKind } from '../../src/tools/audit/finding.ts'
import type { AuditReport } from '../../src/tools/audit/report.ts'
import { runAudit } from '../../src/tools/audit/run-audit.ts'
import { withAdmin } from '../harness/admin.ts'
import { answerLines } from '../harness/answer-lines.ts'
import { type CliProcess, DEADLINE_MS, spawnCli } from '../harness/cli-process.ts'
import { readSession, recordsOf } from '../harness/read-topic.ts'
import { startTestGateway } from '../harness/run.ts'
import { runTill } from '../harness/till.ts'

let kafka: KafkaCluster
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-audit-'))
  kafka = await startKafka()
})

after(async () => {
  await kafka?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Store S2 belongs in partition 0 of any topic here, S8 in partition 1 of three, S3 in 2 of three. */
interface Planted {
  readonly number: number
  readonly storeId?: string
  readonly partition?: number
  readonly body?: string | null
  readonly headers?: Record<string, string>
  readonly timeMs?: number
}

const bodyOf = (number: number, storeId = 'S2') =>
  JSON.stringify({ storeId, terminalId: 'T1', journalId: 'J1', sequenceNumber: number })

/** Appends records, one send a partition: kafkajs repeats a send as a whole, and with it what one partition had taken. */
async function plant(topic: string, records: readonly Planted[], transactionalId?: string): Promise<void> {
  const client = new kafkajs.Kafka({ brokers: kafka.bootstrap, logLevel: kafkajs.logLevel.NOTHING })
  const producer = client.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    ...(transactionalId && { transactionalId }),
  })
  await producer.connect()
  const sendAll = async (to: { send: (record: ProducerRecord) => Promise<unknown> }) => {
    for (const messages of Map.groupBy(records.map(toMessage), ({ partition }) => partition).values())
      await to.send({ topic, messages })
  }
  if (transactionalId === undefined) await sendAll(producer)
  else {
    const kept = await producer.transaction()
    await sendAll(kept)
    await kept.commit()
    const dropped = await producer.transaction()
    await sendAll(dropped)
    await dropped.abort()
  }
  await producer.disconnect()
}

function toMessage({ number, storeId = 'S2', partition = 0, body, headers, timeMs }: Planted) {
  return {
    partition,
    key: storeId,
    value: body === undefined ? bodyOf(number, storeId) : body,
    headers: headers ?? { ce_source: `/stores/${storeId}/terminals/T1/journals/J1`, ce_id: String(number) },
    ...(timeMs === undefined ? {} : { timestamp: String(timeMs) }),
  }
}

const answer = (number: number, outcome: AnswerLine['outcome'], more: Partial<AnswerLine> = {}): AnswerLine => ({
  storeId: 'S2',
  terminalId: 'T1',
  journalId: 'J1',
  sequenceNumber: number,
  outcome,
  sha256: hash('sha256', bodyOf(number)),
  ...more,
})

async function writeAnswers(name: string, lines: Iterable<AnswerLine | string>): Promise<string> {
  const file = join(folder, `${name}.ndjson`)
  await writeFile(
    file,
    Array.from(lines, (line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  )
  return file
}

async function audit(t: TestContext, topic: string, args: string[] = []) {
  const started = spawnCli(['audit', ...args], { KAFKA_BROKERS: kafka.bootstrap.join(), KAFKA_TOPIC: topic })
  t.after(() => started.end())
  const { code } = await started.exited
  return { code, stdout: started.stdout().toString(), stderr: started.stderr() }
}

async function auditJson(t: TestContext, topic: string, args: string[] = []) {
  const { code, stdout, stderr } = await audit(t, topic, ['--json', ...args])
  assert.equal(stderr, '')
  return { code, report: JSON.parse(stdout) as AuditReport & { topic: string } }
}

const foundIn = (counts: FindingCounts) => Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
const numbersIn = ({ findings }: AuditReport, kind: FindingKind) =>
  findings[kind].map(({ sequenceNumber }) => sequenceNumber)

test('what ten tills sent through a gateway, with what they were told: the promise held', async (t) => {
  await kafka.createTopic({ topic: 'clean', partitions: 6 })
  const gateway = await startTestGateway(kafka.bootstrap, 'clean')
  await gateway.ready
  const { url } = gateway
  const runs = Array.from({ length: 10 }, (_, till) =>
    runTill({ url, storeId: `S${till % 7}`, terminalId: `T${till}`, journalId: 'J1', invoices: 30 }),
  )
  const sent = (await Promise.all(runs)).flat()
  await gateway.stop()
  const answers = await writeAnswers('clean', answerLines(sent))

  const { code, report } = await auditJson(t, 'clean', ['--answers', answers, '--verify', '--strict', '--all'])
  assert.equal(code, 0)
  assert.equal(report.held, true)
  assert.deepEqual(foundIn(report.totals.found), {})
  const { records, invoices, acknowledged, journals, stores } = report.totals
  assert.deepEqual([records, invoices, acknowledged, journals, stores], [300, 300, 300, 10, 7])
  assert.equal(report.journals.length, 10)

  const text = await audit(t, 'clean')
  assert.deepEqual(text, {
    code: 0,
    stdout: '300 records, 300 invoices; 10 journals of 7 stores\n\nThe promise held.\n',
    stderr: '',
  })
  assert.deepEqual(await groupsLeft(), [])
})

test('a planted duplicate, conflict, disorder, loss and alteration are found, each exactly, with exit code 1', async (t) => {
  await kafka.createTopic({ topic: 'planted', partitions: 2 })
  await plant('planted', [
    { number: 1 },
    { number: 2 },
    { number: 2 },
    { number: 3 },
    { number: 3, body: '{"other":true}' },
    { number: 6 },
    { number: 5 },
    { number: 8, body: '{}' },
    { number: 9 },
    { number: 10 },
    { number: 0, headers: {} },
  ])
  const answers = await writeAnswers('planted', [
    answer(1, 'acknowledged', { status: 201, partition: 0, offset: '0' }),
    answer(2, 'unknown', { status: 504 }),
    answer(2, 'acknowledged', { partition: 0, offset: '2' }),
    answer(3, 'acknowledged', { partition: 0, offset: '3' }),
    answer(4, 'acknowledged', { partition: 0, offset: '9' }),
    answer(5, 'acknowledged', { partition: 1, offset: '6' }),
    answer(6, 'acknowledged', { partition: 0, offset: '5' }),
    answer(7, 'rejected', { status: 503 }),
    answer(8, 'acknowledged', { partition: 0, offset: '7' }),
    answer(9, 'rejected', { status: 422 }),
  ])

  const { code, report } = await auditJson(t, 'planted', ['--answers', answers])
  assert.equal(code, 1)
  assert.deepEqual(foundIn(report.totals.found), {
    lost: 1,
    misplaced: 1,
    falselyRejected: 1,
    excess: 1,
    altered: 2,
    unexpected: 1,
    conflicts: 1,
    reordered: 1,
    gaps: 2,
    duplicates: 1,
    foreign: 1,
  })
  const expected: [FindingKind, number[]][] = [
    ['lost', [4]],
    ['misplaced', [5]],
    ['falselyRejected', [9]],
    ['excess', [3]],
    ['altered', [3, 8]],
    ['unexpected', [10]],
    ['conflicts', [3]],
    ['reordered', [5]],
    ['gaps', [4, 7]],
    ['duplicates', [2]],
  ]
  for (const [kind, numbers] of expected) assert.deepEqual(numbersIn(report, kind), numbers, kind)
  const broken = ['lost', 'misplaced', 'falselyRejected', 'excess', 'altered', 'unexpected', 'conflicts', 'reordered']
  assert.deepEqual(report.brokenBy, broken)

  const withoutAnswers = await auditJson(t, 'planted', ['--verify'])
  assert.equal(withoutAnswers.code, 1)
  assert.deepEqual(withoutAnswers.report.brokenBy, ['conflicts', 'reordered', 'mismatched', 'gaps'])
  assert.deepEqual(numbersIn(withoutAnswers.report, 'mismatched'), [3, 8])

  const { stdout } = await audit(t, 'planted', ['--answers', answers])
  assert.match(stdout, /^lost: 1\n {2}S2\/T1\/J1\/4$/m)
  assert.match(stdout, /^The promise is broken: 1 lost, /m)
})

test('resends alone are reported, and break the promise only with --strict', async (t) => {
  await kafka.createTopic({ topic: 'resent', partitions: 1 })
  await plant('resent', [{ number: 1 }, { number: 1 }, { number: 2 }])
  const { code, report } = await auditJson(t, 'resent')
  assert.equal(code, 0)
  assert.deepEqual(foundIn(report.totals.found), { duplicates: 1 })
  assert.equal((await auditJson(t, 'resent', ['--strict'])).code, 1)
})

test('.unique and .conflicts are judged if they are there: exit code 0 only if .unique is exact', async (t) => {
  const topics = ['staged', 'staged.unique', 'staged.conflicts']
  for (const topic of topics) await kafka.createTopic({ topic, partitions: 1 })
  const conflict = { number: 2, body: '{"other":true}' }
  await plant('staged', [{ number: 1 }, { number: 1 }, { number: 2 }, conflict, { number: 3 }])
  const copy = (planted: Planted, rawOffset: number, more = {}) => {
    const headers = { ...toMessage(planted).headers, 'pos-raw-offset': String(rawOffset), ...more }
    return { ...planted, headers }
  }
  const unique = [copy({ number: 1 }, 0), copy({ number: 2 }, 2), copy({ number: 3 }, 4)]
  await plant('staged.unique', unique.slice(0, 2), 'staged') // what it sends, it also sends in an aborted transaction
  await plant('staged.conflicts', [copy(conflict, 3, { 'pos-conflict': 'other-content', 'pos-first-offset': '2' })])
  const behind = await auditJson(t, 'staged')
  assert.deepEqual([behind.code, behind.report.notJudged.waiting], [3, 1])

  await plant('staged.unique', unique.slice(2))
  const { code, report } = await auditJson(t, 'staged', ['--unique'])
  assert.equal(code, 0)
  assert.deepEqual(foundIn(report.totals.found), { conflicts: 1, duplicates: 1 })
  assert.deepEqual([report.totals.unique, report.totals.conflictsTopic], [3, 1])
  const { stdout } = await audit(t, 'staged')
  assert.match(stdout, /^The promise held, and \.unique has each invoice once\.$/m)
  assert.equal((await auditJson(t, 'staged', ['--raw-only'])).code, 1, 'a reader of the raw topic sees the conflict')

  await plant('staged.unique', [copy({ number: 1 }, 1)])
  const twice = await auditJson(t, 'staged')
  assert.equal(twice.code, 1)
  assert.deepEqual(twice.report.brokenBy, ['uniqueExtra'])

  const missing = await audit(t, 'resent', ['--unique'])
  assert.equal(missing.code, 3)
  assert.match(
    missing.stderr,
    /^topic resent\.unique is missing: tillgate topics create --dedup creates it, tillgate dedup fills it$/m,
  )
})

test('a range of time and some partitions; receipts that name other places are not judged', async (t) => {
  await kafka.createTopic({ topic: 'ranges', partitions: 3, config: { 'retention.ms': '-1' } }) // its records are old
  const at = (hour: number) => Date.UTC(2026, 2, 1, hour)
  await plant('ranges', [
    { number: 1, timeMs: at(8) },
    { number: 2, timeMs: at(9) },
    { number: 3, timeMs: at(10) },
    { number: 4, timeMs: at(11) },
    { number: 1, storeId: 'S8', partition: 1, timeMs: at(9) },
    { number: 1, storeId: 'S3', partition: 2, timeMs: at(9) },
  ])
  const times = ['--from-time', '2026-03-01T09:00:00Z', '--to-time', '2026-03-01T12:00:00+01:00', '--all']
  const between = await auditJson(t, 'ranges', times)
  assert.equal(between.report.totals.records, 4)
  assert.deepEqual(between.report.ranges[0], { partition: 0, start: 0, from: 1, to: 3, end: 4 })
  const some = await auditJson(t, 'ranges', ['--partitions', '0,2', ...times])
  assert.deepEqual(
    some.report.journals.map(({ storeId, records }) => [storeId, records]),
    [
      ['S2', 2],
      ['S3', 1],
    ],
  )
  const answers = await writeAnswers(
    'ranges',
    [1, 2, 3, 4].map((number) => answer(number, 'acknowledged', { partition: 0, offset: String(number - 1) })),
  )
  const judged = await auditJson(t, 'ranges', ['--partitions', '0', '--answers', answers, ...times])
  assert.deepEqual(foundIn(judged.report.totals.found), {})
  assert.equal(judged.report.totals.acknowledged, 2)
  assert.equal(judged.report.notJudged.notRead, 2)
  const none = await auditJson(t, 'ranges', ['--from-time', '2100-01-01T00:00:00Z'])
  assert.equal(none.report.totals.records, 0)
  assert.equal(none.report.verdict, 'nothing')
  assert.equal(none.code, 4)
})

test('transactions: what was aborted is not there, and the offsets of markers are nothing that was deleted or lost', async (t) => {
  await kafka.createTopic({ topic: 'transactions', partitions: 2 })
  await plant('transactions', [{ number: 1 }, { number: 2 }], 'audit-test')
  await plant('transactions', [{ number: 3 }], 'audit-test')
  const places = [0, 1, 6] // then the commit's marker, two that were aborted, the abort's marker
  const answers = await writeAnswers(
    'transactions',
    places.map((offset, i) => answer(i + 1, 'acknowledged', { partition: 0, offset: String(offset) })),
  )
  const { code, report } = await auditJson(t, 'transactions', ['--answers', answers])
  assert.equal(code, 0)
  assert.equal(report.totals.records, 3)
  assert.deepEqual(foundIn(report.totals.found), {})
})

test('gaps that compaction leaves are nothing that was deleted or lost', { timeout: 120_000 }, async (t) => {
  const config = {
    ...{ 'cleanup.policy': 'compact', 'segment.ms': '100', 'min.cleanable.dirty.ratio': '0.01' },
    'max.compaction.lag.ms': '500',
  }
  await kafka.createTopic({ topic: 'compacted', partitions: 1, config })
  const noise = Array.from({ length: 100 }, () => ({ number: 0, storeId: 'noise', headers: {} }))
  const stores = ['S2', 'S4', 'S6', 'S7', 'S8']
  for (const storeId of stores) {
    await plant('compacted', [...noise, { number: 1, storeId }])
    await sleep(200) // the next records begin a new segment
  }
  const isCompacted = async () =>
    (await recordsOf(kafka.bootstrap, 'compacted')).length < 300 || plant('compacted', noise.slice(99)).then(() => {})
  await eventually('it is compacted', 60_000, 500, async () => (await isCompacted()) || undefined)
  const answers = await writeAnswers(
    'compacted',
    stores.map((storeId, i) => ({
      ...answer(1, 'acknowledged', { partition: 0, offset: String(101 * (i + 1) - 1) }),
      ...{ storeId, sha256: hash('sha256', bodyOf(1, storeId)) },
    })),
  )
  const { code, report } = await auditJson(t, 'compacted', ['--answers', answers])
  assert.deepEqual(Object.keys(foundIn(report.totals.found)), ['foreign'])
  assert.equal(report.verdict, 'held')
  assert.equal(code, 0)
  assert.equal(report.totals.acknowledged, 5)
})

test('an empty topic, and one without an invoice: nothing was audited, and that is exit code 4', async (t) => {
  await kafka.createTopic({ topic: 'empty', partitions: 2 })
  await kafka.createTopic({ topic: 'other', partitions: 1 })
  await plant('other', [
    { number: 1, headers: {} },
    { number: 2, body: null },
  ])
  for (const topic of ['empty', 'other']) {
    const { code, stdout } = await audit(t, topic)
    assert.equal(code, 4)
    assert.match(stdout, /Nothing was audited/)
    assert.doesNotMatch(stdout, /held/)
  }
  const { report } = await auditJson(t, 'other')
  assert.deepEqual(foundIn(report.totals.found), { tombstones: 1, foreign: 1 })
})

test('what others sent is left out, if that is asked for', async (t) => {
  await kafka.createTopic({ topic: 'shared', partitions: 1 })
  await plant('shared', [{ number: 1 }, { number: 7, storeId: 'S3' }, { number: 2 }, { number: 3 }])
  const answers = await writeAnswers('shared', [answer(1, 'acknowledged'), answer(2, 'acknowledged')])
  const judge = async (...args: string[]) => {
    const { code, report } = await auditJson(t, 'shared', ['--answers', answers, ...args])
    return { code, found: foundIn(report.totals.found), unwanted: report.notJudged.unwanted }
  }
  assert.deepEqual(await judge(), { code: 1, found: { unexpected: 2 }, unwanted: 0 })
  assert.deepEqual(await judge('--stores', 'S2'), { code: 1, found: { unexpected: 1 }, unwanted: 1 })
  assert.deepEqual(await judge('--journals', 'S3/T1/J1'), { code: 1, found: { unexpected: 1 }, unwanted: 3 })
  assert.deepEqual(await judge('--named-only'), { code: 0, found: {}, unwanted: 2 })
  assert.deepEqual(await judge('--stores', 'S9', '--named-only'), { code: 4, found: {}, unwanted: 4 })
})

test('a store in a partition that its key does not choose is found, although all of it is there', async (t) => {
  await kafka.createTopic({ topic: 'misrouted', partitions: 3 })
  await plant('misrouted', [{ number: 1 }, { number: 1, storeId: 'S8', partition: 2 }])
  const { code, report } = await auditJson(t, 'misrouted')
  assert.equal(code, 1)
  assert.deepEqual(report.brokenBy, ['misrouted'])
  assert.deepEqual(report.findings.misrouted, [{ storeId: 'S8', terminalId: 'T1', journalId: 'J1', partition: 2 }])
})

test('receipts below the start of the log are not judged, and that is said', async (t) => {
  await kafka.createTopic({ topic: 'retained', partitions: 1 })
  await plant('retained', [{ number: 1 }, { number: 2 }, { number: 3 }, { number: 4 }, { number: 1 }])
  await deleteBelow('retained', 2)
  const answers = await writeAnswers('retained', [
    ...[1, 2, 3, 4].map((number) => answer(number, 'acknowledged', { partition: 0, offset: String(number - 1) })),
    answer(1, 'acknowledged', { partition: 0, offset: '4' }),
  ])
  const { code, report } = await auditJson(t, 'retained', ['--answers', answers])
  assert.equal(code, 0)
  assert.equal(report.totals.acknowledged, 3)
  assert.equal(report.notJudged.belowStart, 2)
  assert.equal(report.notJudged.older, 1)
  const { stdout } = await audit(t, 'retained', ['--answers', answers])
  assert.match(stdout, /^not judged:\n {2}receipts of offsets below the start of the log: 2\n/m)
  assert.match(stdout, /^The promise held\.$/m)
})

test('records that are deleted after it began are not judged: neither lost nor missing, and exit code 3', async (t) => {
  await kafka.createTopic({ topic: 'deleted', partitions: 2 })
  const numbers = Array.from({ length: 3_000 }, (_, i) => i + 1)
  await plant(
    'deleted',
    numbers.map((number) => ({ number })),
  )
  const lines = numbers.map((n) => JSON.stringify(answer(n, 'acknowledged', { partition: 0, offset: String(n - 1) })))
  const answers = join(folder, 'answers.fifo')
  await promisify(execFile)('mkfifo', [answers])
  const env = { KAFKA_BROKERS: kafka.bootstrap.join(), KAFKA_TOPIC: 'deleted' }
  const judging = spawnCli(['audit', '--answers', answers], env)
  t.after(() => judging.end())
  const pipe = await open(answers, 'w') // when it opens them it knows what the topic holds
  await deleteBelow('deleted', 2_000)
  await pipe.writeFile(lines.join('\n'))
  await pipe.close()
  await eventually('it has read them', DEADLINE_MS, 20, async () => !(await isOpenIn(judging, answers)) || undefined)
  await writeFile(answers, lines.join('\n')) // it begins again
  assert.equal((await judging.exited).code, 3, judging.output())
  const stdout = judging.stdout().toString()
  assert.match(stdout, /^1,000 records, 1,000 invoices, 1,000 acknowledged/m)
  assert.match(stdout, /^ {2}partition 0, offsets 0\.\.1999: deleted while it was read\n {2}receipts of .*: 2,000$/m)
  assert.doesNotMatch(stdout, /lost|missing|broken/)
})

test('records that are deleted while it reads, and between its passes, are not judged either', async () => {
  for (const topic of ['deleted-in-pass-1', 'deleted-before-pass-2']) {
    await kafka.createTopic({ topic, partitions: 1 })
    const numbers = [...Array.from({ length: 6_000 }, (_, i) => i + 1), 3, 5_900]
    const body = ' '.repeat(1_000)
    for (let from = 0; from < numbers.length; from += 500)
      await plant(
        topic,
        numbers.slice(from, from + 500).map((number) => ({ number, body })),
      )
    const session = readSession(kafka.bootstrap, topic)
    let passes = 0
    const report = await runAudit({
      ranges: await fetchRanges(session),
      read: async ({ ranges, onRecord, onDeleted }) => {
        const isFirst = ++passes === 1
        if (passes === 2 && topic === 'deleted-before-pass-2') await deleteBelow(topic, 4_000)
        const deleteNow = async (offset: number) => {
          if (isFirst && offset === 10 && topic === 'deleted-in-pass-1') await deleteBelow(topic, 4_000)
        }
        await readTopic(session, ranges, {
          onDeleted,
          onRecord: async (record) => {
            onRecord(record)
            await deleteNow(record.offset)
          },
        })
      },
    })
    assert.equal(report.verdict, 'incomplete')
    assert.deepEqual(report.brokenBy, [])
    if (topic === 'deleted-in-pass-1') {
      assert.deepEqual(report.notJudged.deleted, [{ partition: 0, from: 0, to: 4_000 }])
      assert.deepEqual([report.totals.records, report.notJudged.older], [2_002, 1])
      assert.deepEqual(foundIn(report.totals.found), { duplicates: 1 })
    } else {
      assert.deepEqual(report.notJudged.deleted, [])
      assert.deepEqual([report.totals.records, report.notJudged.uncompared], [6_002, 1])
      assert.deepEqual(foundIn(report.totals.found), { duplicates: 1 })
    }
  }
})

/** Whether the process has the file open. */
async function isOpenIn({ child }: CliProcess, file: string): Promise<boolean> {
  if (process.platform !== 'linux') {
    const { stdout } = await promisify(execFile)('lsof', ['-p', String(child.pid), '-Fn'])
    return stdout.split('\n').some((line) => line.startsWith('n') && line.endsWith(file))
  }
  const folder = `/proc/${child.pid}/fd`
  const targets = (await readdir(folder)).map((fd) => readlink(join(folder, fd)).catch(() => ''))
  return (await Promise.all(targets)).includes(file)
}

async function deleteBelow(topic: string, offset: number): Promise<void> {
  await withAdmin(kafka.bootstrap, async (admin) => {
    await admin.fetchTopicOffsets(topic) // kafkajs deletes only of topics that it has asked for
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] })
  })
}

test('wrong arguments and answers exit with 2, a topic that cannot be read with 3, each with one clear line', async (t) => {
  await kafka.createTopic({ topic: 'wrong', partitions: 1 })
  const bad = await writeAnswers('bad', [answer(1, 'acknowledged'), '{"storeId":"hunter2"}'])
  const cases: [string, string[], number, RegExp][] = [
    ['wrong', ['--fast'], 2, /--fast/],
    ['wrong', ['--partitions', '1'], 2, /^--partitions: the topic has no partition 1, only 0 to 0$/m],
    ['wrong', ['--answers', join(folder, 'missing')], 2, /missing: there is no such file/],
    ['wrong', ['--answers', bad], 2, /^--answers, line 2: terminalId is missing or wrong\n$/],
    ['not a topic', [], 2, /KAFKA_TOPIC/],
    ['nowhere', [], 3, /topic nowhere/],
  ]
  for (const [topic, args, expected, said] of cases) {
    const { code, stdout, stderr } = await audit(t, topic, args)
    assert.equal(code, expected, stderr)
    assert.match(stderr, said)
    assert.doesNotMatch(stderr, /\n {4}at |hunter2/, 'no stack trace, no value')
    assert.equal(stdout, '')
  }
  const help = await audit(t, 'wrong', ['--help'])
  assert.equal(help.code, 0)
  assert.match(help.stdout, /--answers FILE/)
})

async function groupsLeft(): Promise<string[]> {
  const { groups } = await withAdmin(kafka.bootstrap, (admin) => admin.listGroups())
  return groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith('tillgate-audit'))
}
