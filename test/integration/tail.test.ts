import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Broker } from '../../dev/kafka/broker.ts'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { freePorts } from '../../dev/kafka/ports.ts'
import type { Gateway } from '../../src/gateway.ts'
import kafkajs, { type Message } from '../../src/kafka/kafkajs/index.ts'
import { withAdmin } from '../harness/admin.ts'
import { type CliProcess, DEADLINE_MS, spawnCli, startServe } from '../harness/cli-process.ts'
import { invoiceBody, send } from '../harness/exchange.ts'
import { startRelay } from '../harness/relay.ts'
import { residentBytesOf } from '../harness/resident-bytes.ts'
import { startTestGateway } from '../harness/run.ts'

const TOPIC = 'tailed'
/** Bytes that no parser would print again as they are: spaces, escapes, an umlaut, a line break at the end. */
const BODY = Buffer.concat([
  Buffer.from(JSON.stringify(JSON.parse(invoiceBody('S1', 1).toString()), null, 3).replace('Roggen', 'R\\u006fggen')),
  Buffer.from('\r\n'),
])
const BODIES = [BODY, invoiceBody('S1', 2), invoiceBody('S2', 1)]

let kafka: KafkaCluster
let gateway: Gateway
/** The broker's second listener, which gives clients an IPv6 address. */
let ipv6: Awaited<ReturnType<typeof startRelay>>

before(async () => {
  const [port] = (await freePorts(1)) as [number]
  kafka = await startKafka({ proxied: () => ({ host: '[::1]', port }) })
  const { proxiedTarget } = kafka.brokers[0] as Broker
  ipv6 = await startRelay(proxiedTarget.port, { port, host: '::1' })
  await kafka.createTopic({ topic: TOPIC, partitions: 1 })
  gateway = await startTestGateway(kafka.bootstrap, TOPIC, { KAFKA_PARTITIONS: '1' })
  await gateway.ready
  for (const body of BODIES) assert.equal((await send(gateway.url, body)).status, 201)
})

after(async () => {
  await gateway?.stop()
  ipv6?.close()
  await kafka.stop()
})

function startTail(t: TestContext, args: string[], topic = TOPIC): CliProcess {
  const started = spawnCli(['tail', ...args], { KAFKA_BROKERS: kafka.bootstrap.join(), KAFKA_TOPIC: topic })
  t.after(() => started.end())
  return started
}

async function groupsLeft(): Promise<string[]> {
  const { groups } = await withAdmin(kafka.bootstrap, (admin) => admin.listGroups())
  return groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith('tillgate-tail'))
}

/** Appends records as no gateway would. */
async function plant(topic: string, messages: Message[]): Promise<void> {
  const client = new kafkajs.Kafka({ brokers: kafka.bootstrap, logLevel: kafkajs.logLevel.NOTHING })
  const producer = client.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  for (const message of messages) await producer.send({ topic, messages: [message] })
  await producer.disconnect()
}

async function tailed(t: TestContext, args: string[], topic = TOPIC) {
  const started = startTail(t, args, topic)
  const { code } = await started.exited
  return { code, stdout: started.stdout().toString(), stderr: started.stderr() }
}

test('--raw --limit 1 prints exactly the bytes that were posted', async (t) => {
  const started = startTail(t, ['--from', 'beginning', '--limit', '1', '--raw'])
  assert.equal((await started.exited).code, 0)
  assert.ok(started.stdout().equals(BODY))
  assert.equal(started.stderr(), '')
  assert.deepEqual(await groupsLeft(), [])
})

test('--raw prints value after value with nothing between them', async (t) => {
  const started = startTail(t, ['--from=beginning', '--limit=3', '--raw'])
  assert.equal((await started.exited).code, 0)
  assert.ok(started.stdout().equals(Buffer.concat(BODIES)))
})

test('without --raw it prints partition, offset, time, key, headers and value', async (t) => {
  const started = startTail(t, ['--from', 'beginning', '--limit', '2'])
  assert.equal((await started.exited).code, 0)
  const text = started.stdout().toString()
  assert.match(text, /^partition 0 offset 0 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z key S1$/m)
  assert.match(text, /^partition 0 offset 1 .*Z key S1$/m)
  assert.doesNotMatch(text, /offset 2/)
  assert.match(text, /^ {2}ce_id: 1$/m)
  assert.match(text, /^ {2}ce_source: \/stores\/S1\/terminals\/T1\/journals\/J1$/m)
  assert.match(text, /^ {2}pos-ingest: live$/m)
  const shown = BODY.toString().replace('\r\n', '\\r\n')
  assert.ok(text.includes(shown.replace(/^/gm, '    ')), 'the value, set apart, with its carriage return visible')
})

test('it follows the topic until Ctrl-C, which ends it with 0, and leaves no consumer group', async (t) => {
  const started = startTail(t, ['--from', 'beginning'])
  const untilPrinted = (text: string) =>
    eventually(text, DEADLINE_MS, 20, async () => started.stdout().includes(text) || undefined)
  await untilPrinted('offset 2')
  assert.equal((await groupsLeft()).length, 1)
  assert.equal((await send(gateway.url, invoiceBody('S3', 1))).status, 201)
  await untilPrinted('key S3')
  started.child.kill('SIGINT')
  assert.deepEqual(await started.exited, { code: 0, signal: null })
  assert.equal(started.stderr(), '')
  assert.deepEqual(await groupsLeft(), [])
})

test('it begins at the end unless told otherwise', async (t) => {
  const started = startTail(t, ['--limit', '1'])
  await eventually('it has joined', DEADLINE_MS, 20, async () => ((await groupsLeft()).length === 1 ? true : undefined))
  // Joining is not reading yet: invoices are posted until one is printed.
  let number = 10
  await eventually('a new invoice is printed', DEADLINE_MS, 100, async () => {
    await send(gateway.url, invoiceBody('S4', ++number))
    return started.stdout().length > 0 || undefined
  })
  assert.equal((await started.exited).code, 0)
  assert.match(started.stdout().toString(), /key S4$/m)
})

test('a reader that goes away ends it with 0', async (t) => {
  const started = startTail(t, ['--from', 'beginning'])
  await eventually('it prints', DEADLINE_MS, 20, async () => started.stdout().length > 0 || undefined)
  started.child.stdout?.destroy()
  let number = 0
  const posting = eventually('it ends', DEADLINE_MS, 100, async () => {
    await send(gateway.url, invoiceBody('S5', ++number))
    return started.child.exitCode ?? undefined
  })
  assert.equal(await posting, 0)
  assert.deepEqual(await groupsLeft(), [])
})

test('every command reaches a broker by an IPv6 address, and the one that it advertises', async (t) => {
  const env = { KAFKA_BROKERS: `[::1]:${ipv6.port}`, KAFKA_TOPIC: 'ipv6', KAFKA_PARTITIONS: '2' }
  const run = async (...args: string[]) => {
    const started = spawnCli(args, env)
    t.after(() => started.end())
    const { code } = await started.exited
    assert.equal(code, 0, started.output())
    return started.stdout().toString()
  }
  await run('topics', 'create', '--replication-factor', '1')
  const served = await startServe({ ...env, HOST: '::' })
  t.after(() => served.end())
  await served.untilReady()
  assert.match(served.url, /^http:\/\/\[::1\]:\d+$/)
  const body = invoiceBody('S1', 1)
  assert.equal((await send(served.url, body)).status, 201)
  assert.equal(await run('tail', '--exit-at-end', '--lines'), `${body}\n`)
  assert.match(await run('audit'), /The promise held/)
})

test('a topic that does not exist is a message that names it, and 1', async (t) => {
  const started = startTail(t, ['--from', 'beginning'], 'no-such-topic')
  assert.equal((await started.exited).code, 1)
  assert.equal(
    started.stderr(),
    'topic no-such-topic is missing: create it with tillgate topics create, or set KAFKA_TOPIC to another one\n',
  )
  assert.deepEqual(await groupsLeft(), [])
})

test('records of others cannot command the terminal, nor forge a line', async (t) => {
  await kafka.createTopic({ topic: 'hostile', partitions: 1 })
  const forged = 'x\n\npartition 7 offset 7 2026-01-01T00:00:00.000Z key S9\n'
  await plant('hostile', [
    { key: 'S1\x1b]0;owned\x07', value: `${forged}\x1b[2J\u202e`, headers: { 'h\x1b[31m': forged } },
    { key: null, value: null },
    { key: 'null', value: 'null' },
  ])
  const { code, stdout, stderr } = await tailed(t, ['--exit-at-end'], 'hostile')
  assert.deepEqual([code, stderr], [0, ''])
  assert.doesNotMatch(stdout.replaceAll('\n', ''), /[\p{Cc}\p{Bidi_Control}]/u)
  assert.match(stdout, /^partition 0 offset 0 .*Z key S1\\x1b\]0;owned\\x07$/m)
  assert.match(stdout, /^partition 0 offset 1 .*Z no key no value$/m)
  assert.match(stdout, /^partition 0 offset 2 .*Z key null\n {4}null$/m)
  assert.equal(stdout.match(/^\S/gm)?.length, 3, 'three lines begin at the margin')

  const lines = (await tailed(t, ['--exit-at-end', '--json'], 'hostile')).stdout.trimEnd().split('\n')
  assert.doesNotMatch(lines.join(''), /[\p{Cc}\p{Bidi_Control}]/u)
  const [first, second, third] = lines.map((line) => JSON.parse(line))
  assert.equal(first.value, `${forged}\x1b[2J\u202e`)
  assert.deepEqual([second.key, second.value], [null, null])
  assert.deepEqual([third.key, third.value], ['null', 'null'])
})

test('where to begin, what to print and when to stop can be said', async (t) => {
  await kafka.createTopic({ topic: 'chosen', partitions: 2, config: { 'retention.ms': '-1' } }) // its records are old
  const at = (hour: number) => String(Date.UTC(2026, 2, 1, hour))
  await plant('chosen', [
    { partition: 0, key: 'A', value: 'a8', timestamp: at(8) },
    { partition: 0, key: 'B', value: 'b9', timestamp: at(9) },
    { partition: 0, key: 'A', value: 'a10', timestamp: at(10) },
    { partition: 1, key: 'C', value: 'c9', timestamp: at(9) },
  ])
  const values = async (...args: string[]) => {
    const { code, stdout, stderr } = await tailed(t, ['--exit-at-end', '--lines', ...args], 'chosen')
    assert.deepEqual([code, stderr], [0, ''], args.join(' '))
    return stdout.split('\n').slice(0, -1).sort().join(' ')
  }
  assert.equal(await values(), 'a10 a8 b9 c9')
  assert.equal(await values('--partition', '1'), 'c9')
  assert.equal(await values('--partition', '0', '--offset', '1'), 'a10 b9')
  assert.equal(await values('--from-time', '2026-03-01T10:00:00+01:00'), 'a10 b9 c9')
  assert.equal(await values('--key', 'A'), 'a10 a8')
  assert.equal(await values('--key', 'A', '--limit', '1'), 'a8')
  assert.equal(await values('--from', 'end'), '')
  assert.equal((await tailed(t, ['--partition', '0', '--offset', '9'], 'chosen')).code, 2)
  assert.deepEqual(await groupsLeft(), [])
})

test('--lines makes a journal of a topic again', async (t) => {
  await kafka.createTopic({ topic: 'journal', partitions: 1 })
  const journal = [1, 2, 3].map((number) => invoiceBody('S1', number).toString())
  await plant('journal', [...journal.map((value) => ({ key: 'S1', value })), { key: 'S1', value: null }])
  const { stdout } = await tailed(t, ['--exit-at-end', '--lines'], 'journal')
  assert.equal(stdout, journal.map((line) => `${line}\n`).join(''))
  const { stderr } = await tailed(t, ['--from=beginning', '--limit=1', '--lines'])
  assert.match(stderr, /^the value at partition 0 offset 0 contains line feeds: it takes several lines$/m)
})

test('an offset whose record was deleted is said to be', async (t) => {
  await kafka.createTopic({ topic: 'cut', partitions: 1 })
  await plant('cut', [{ value: 'a' }, { value: 'b' }, { value: 'c' }])
  await withAdmin(kafka.bootstrap, async (admin) => {
    await admin.fetchTopicOffsets('cut') // kafkajs deletes only of topics that it has asked for
    await admin.deleteTopicRecords({ topic: 'cut', partitions: [{ partition: 0, offset: '2' }] })
  })
  const { stdout, stderr } = await tailed(t, ['--exit-at-end', '--lines', '--partition=0', '--offset=1'], 'cut')
  assert.equal(stdout, 'c\n')
  assert.equal(stderr, 'partition 0 begins at offset 2: earlier records were deleted\n')
})

test('it reads no faster than its reader takes, and goes on when that goes on', { timeout: 120_000 }, async (t) => {
  await kafka.createTopic({ topic: 'slow', partitions: 1 })
  const value = 'x'.repeat(900_000)
  await plant(
    'slow',
    Array.from({ length: 120 }, () => ({ value })),
  )
  const started = startTail(t, ['--exit-at-end', '--lines'], 'slow')
  await eventually('it prints', DEADLINE_MS, 20, async () => started.stdout().length > 0 || undefined)
  started.child.stdout?.pause()
  await sleep(5_000)
  const residentMb = residentBytesOf(started.child.pid as number) / 1e6
  started.child.stdout?.resume()
  assert.equal((await started.exited).code, 0)
  assert.equal(started.stdout().length, 120 * (value.length + 1))
  assert.ok(residentMb < 184, `${residentMb} MB while 100 MB wait`)
})
