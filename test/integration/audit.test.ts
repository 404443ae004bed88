import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import kafkajs, { type ProducerRecord } from 'kafkajs'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import type { AnswerLine } from '../../src/tools/audit/answers.ts'
import type { FindingCounts, FindingKind } from '../../src/tools/audit/finding.ts'
import type { AuditReport } from '../../src/tools/audit/report.ts'
import { answerLines } from '../harness/answer-lines.ts'
import { spawnCli } from '../harness/cli-process.ts'
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

interface Planted {
  readonly number: number
  readonly storeId?: string
  readonly partition?: number
  readonly body?: string
  readonly headers?: Record<string, string>
  readonly timeMs?: number
}

const bodyOf = (number: number, storeId = 'S1') =>
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

function toMessage({ number, storeId = 'S1', partition = 0, body, headers, timeMs }: Planted) {
  return {
    partition,
    key: storeId,
    value: body ?? bodyOf(number, storeId),
    headers: headers ?? { ce_source: `/stores/${storeId}/terminals/T1/journals/J1`, ce_id: String(number) },
    ...(timeMs === undefined ? {} : { timestamp: String(timeMs) }),
  }
}

const answer = (number: number, outcome: AnswerLine['outcome'], more: Partial<AnswerLine> = {}): AnswerLine => ({
  storeId: 'S1',
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
  assert.match(stdout, /^lost: 1\n {2}S1\/T1\/J1\/4$/m)
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

test('a range of time and some partitions; receipts that name other places are not judged', async (t) => {
  await kafka.createTopic({ topic: 'ranges', partitions: 3 })
  const at = (hour: number) => Date.UTC(2026, 2, 1, hour)
  await plant('ranges', [
    { number: 1, timeMs: at(8) },
    { number: 2, timeMs: at(9) },
    { number: 3, timeMs: at(10) },
    { number: 4, timeMs: at(11) },
    { number: 1, storeId: 'S2', partition: 1, timeMs: at(9) },
    { number: 1, storeId: 'S3', partition: 2, timeMs: at(9) },
  ])
  const times = ['--from-time', '2026-03-01T09:00:00Z', '--to-time', '2026-03-01T12:00:00+01:00', '--all']
  const between = await auditJson(t, 'ranges', times)
  assert.equal(between.report.totals.records, 4)
  assert.deepEqual(between.report.ranges[0], { partition: 0, from: 1, to: 3, end: 4 })
  const some = await auditJson(t, 'ranges', ['--partitions', '0,2', ...times])
  assert.deepEqual(
    some.report.journals.map(({ storeId, records }) => [storeId, records]),
    [
      ['S1', 2],
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
  const none = await auditJson(t, 'ranges', ['--from-time', '2100-01-01T00:00:00Z'])
  assert.equal(none.report.totals.records, 0)
})

test('transactions: what was aborted is not there, and markers at the end do not hold the reader up', async (t) => {
  await kafka.createTopic({ topic: 'transactions', partitions: 2 })
  await plant('transactions', [{ number: 1 }, { number: 2 }], 'audit-test')
  const { code, report } = await auditJson(t, 'transactions')
  assert.equal(code, 0)
  assert.equal(report.totals.records, 2)
})

test('an empty topic holds the promise', async (t) => {
  await kafka.createTopic({ topic: 'empty', partitions: 2 })
  const { code, stdout } = await audit(t, 'empty')
  assert.equal(code, 0)
  assert.match(stdout, /^0 records/)
})

test('wrong arguments and answers exit with 2, a topic that cannot be read with 3, each with one clear line', async (t) => {
  await kafka.createTopic({ topic: 'wrong', partitions: 1 })
  const bad = await writeAnswers('bad', [answer(1, 'acknowledged'), '{"storeId":"hunter2"}'])
  const cases: [string, string[], number, RegExp][] = [
    ['wrong', ['--fast'], 2, /--fast/],
    ['wrong', ['--partitions', '1'], 2, /no partition 1/],
    ['wrong', ['--answers', join(folder, 'missing')], 2, /ENOENT/],
    ['wrong', ['--answers', bad], 2, /^answers, line 2: terminalId is missing or wrong\n$/],
    ['not a topic', [], 2, /KAFKA_TOPIC/],
    ['nowhere', [], 3, /topic/],
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
  const admin = new kafkajs.Kafka({ brokers: kafka.bootstrap, logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  const { groups } = await admin.listGroups()
  await admin.disconnect()
  return groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith('tillgate-audit'))
}
