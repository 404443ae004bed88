import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import kafkajs from 'kafkajs'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { kafkaOptions, readConfig } from '../../src/config.ts'
import type { Gateway } from '../../src/gateway.ts'
import { tail } from '../../src/kafka/tail.ts'
import { type CliProcess, DEADLINE_MS, spawnCli } from '../harness/cli-process.ts'
import { invoiceBody, send } from '../harness/exchange.ts'
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

before(async () => {
  kafka = await startKafka()
  await kafka.createTopic({ topic: TOPIC, partitions: 1 })
  gateway = await startTestGateway(kafka.bootstrap, TOPIC, { KAFKA_PARTITIONS: '1' })
  await gateway.ready
  for (const body of BODIES) assert.equal((await send(gateway.url, body)).status, 201)
})

after(async () => {
  await gateway?.stop()
  await kafka.stop()
})

function startTail(t: TestContext, args: string[], topic = TOPIC): CliProcess {
  const started = spawnCli(['tail', ...args], { KAFKA_BROKERS: kafka.bootstrap.join(), KAFKA_TOPIC: topic })
  t.after(() => started.end())
  return started
}

async function groupsLeft(): Promise<string[]> {
  const brokers = kafka.bootstrap
  const admin = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  const { groups } = await admin.listGroups()
  await admin.disconnect()
  return groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith('tillgate-tail'))
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

test('without --raw it prints partition, offset, key, headers and value', async (t) => {
  const started = startTail(t, ['--from', 'beginning', '--limit', '2'])
  assert.equal((await started.exited).code, 0)
  const text = started.stdout().toString()
  assert.match(text, /^partition 0 offset 0 key S1$/m)
  assert.match(text, /^partition 0 offset 1 key S1$/m)
  assert.doesNotMatch(text, /offset 2/)
  assert.match(text, /^ {2}ce_id: 1$/m)
  assert.match(text, /^ {2}ce_source: \/stores\/S1\/terminals\/T1\/journals\/J1$/m)
  assert.match(text, /^ {2}pos-ingest: live$/m)
  assert.ok(text.includes(BODY.toString()))
})

test('it follows the topic until Ctrl-C, which ends it with 0, and leaves no consumer group', async (t) => {
  const started = startTail(t, ['--from', 'beginning'])
  const untilPrinted = (text: string) =>
    eventually(text, DEADLINE_MS, 20, async () => started.stdout().includes(text) || undefined)
  await untilPrinted('offset 2')
  assert.equal((await groupsLeft()).length, 1)
  assert.equal((await send(gateway.url, invoiceBody('S3', 1))).status, 201)
  await untilPrinted('offset 3 key S3')
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

test('a topic that does not exist is a message that names it, and 1', async (t) => {
  const started = startTail(t, ['--from', 'beginning'], 'no-such-topic')
  assert.equal((await started.exited).code, 1)
  assert.match(started.stderr(), /no-such-topic/)
  assert.deepEqual(await groupsLeft(), [])
})

test('a signal that was aborted before ends it at once', async () => {
  const config = readConfig({ KAFKA_BROKERS: kafka.bootstrap.join(), KAFKA_TOPIC: TOPIC })
  let records = 0
  const onRecord = () => ++records > 0
  const signal = AbortSignal.abort()
  await tail({ ...kafkaOptions(config), onClientLog: () => {} }, { from: 'beginning', signal, onRecord })
  assert.equal(records, 0)
  assert.deepEqual(await groupsLeft(), [])
})
