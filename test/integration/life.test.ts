import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { after, before, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { cachedPartitionOf } from '../../src/invoice/partition.ts'
import { assertBalance, assertTold, type Balance, balanceAt } from '../harness/balance.ts'
import { DEADLINE_MS, type ServeProcess, startServe } from '../harness/cli-process.ts'
import { type Answered, invoiceBody, scrape, send, storesByPartition } from '../harness/exchange.ts'
import { recordsOf } from '../harness/read-topic.ts'
import { assertDelivered } from '../harness/run.ts'
import { identityOf, post, type SentInvoice } from '../harness/till.ts'
import { message, parseAnswer, rawSocket } from '../http/raw-socket.ts'

const PARTITIONS = 3
/** One store a partition. */
const STORES = storesByPartition(PARTITIONS, cachedPartitionOf(PARTITIONS))
/** What the shutdown's deadline may be exceeded by on a busy machine, and still be one. */
const SLACK_MS = 10_000
const QUICK_TO_NOTICE = {
  DELIVERY_TIMEOUT_MS: '1500',
  STALL_AFTER_MS: '700',
  KAFKA_REQUEST_TIMEOUT_MS: '1500',
  KAFKA_ACK_TIMEOUT_MS: '1000',
}
/** Not so quick that a slow machine takes longer to store an invoice. */
const SLOWER_TO_NOTICE = { ...QUICK_TO_NOTICE, DELIVERY_TIMEOUT_MS: '6000', STALL_AFTER_MS: '3000' }

let kafka: KafkaCluster

before(async () => {
  kafka = await startKafka()
})

after(() => kafka.stop())

const broker = () => kafka.brokers[0]!

/** A gateway process for a topic, ended with the test. */
async function startGateway(t: TestContext, topic: string, env: NodeJS.ProcessEnv = {}): Promise<ServeProcess> {
  const gateway = await startServe({
    KAFKA_BROKERS: kafka.bootstrap.join(),
    KAFKA_TOPIC: topic,
    KAFKA_PARTITIONS: String(PARTITIONS),
    SHUTDOWN_TIMEOUT_MS: '10000',
    ...env,
  })
  t.after(() => gateway.end())
  return gateway
}

/** The same for a topic that is created before, once the gateway is ready. */
async function startReady(t: TestContext, topic: string, env: NodeJS.ProcessEnv = {}): Promise<ServeProcess> {
  await kafka.createTopic({ topic, partitions: PARTITIONS })
  const gateway = await startGateway(t, topic, env)
  await gateway.untilReady()
  return gateway
}

/** What stands in the topic, as `store/number`, sorted. */
async function inTopic(topic: string): Promise<string[]> {
  // It is there already: this waits until a broker that has just come back leads it again.
  await kafka.createTopic({ topic, partitions: PARTITIONS })
  const invoices = (await recordsOf(kafka.bootstrap, topic)).map(({ value }) => JSON.parse(String(value)))
  return invoices.map(({ storeId, sequenceNumber }) => `${storeId}/${sequenceNumber}`).sort()
}

function assertRejected({ status, headers, document }: Answered): void {
  assert.equal(status, 503)
  assert.equal(document.outcome, 'rejected')
  assert.match(headers.get('retry-after') ?? '', /^[1-9]\d*$/)
}

/**
 * Which stores' invoices are `unknown`, when all were handed to a broker that hangs: at least one, since one request
 * to a broker is under way at a time. The others are `rejected`.
 */
function unknownAmong(answers: readonly Answered[]): string[] {
  const unknown = STORES.filter((_, index) => answers[index]?.status === 504)
  for (const answer of answers) {
    if (answer.status === 504) assert.equal(answer.document.outcome, 'unknown')
    else assertRejected(answer)
  }
  assert.ok(unknown.length > 0)
  return unknown
}

const untilPending = (adminUrl: string, records: number) =>
  eventually(`${records} pending records`, DEADLINE_MS, 20, async () =>
    (await scrape(adminUrl, 'tillgate_pending_records')) === records ? true : undefined,
  )

/** Signals the gateway and resolves with how it ended and how long that took. */
async function stopWith(gateway: ServeProcess, ...signals: NodeJS.Signals[]) {
  const startedAtMs = performance.now()
  for (const signal of signals) gateway.child.kill(signal)
  const exit = await gateway.exited
  const tookMs = performance.now() - startedAtMs
  return { ...exit, tookMs }
}

/** The balance of invoices as a gateway logs it at its end. */
function lastBalance(gateway: ServeProcess): Balance {
  return gateway.log().find(({ msg }) => msg === 'stopped')?.invoices as Balance
}

test('without Kafka it starts, says why it is not ready, and becomes ready when Kafka comes', async (t) => {
  await kafka.createTopic({ topic: 'late-kafka', partitions: PARTITIONS })
  await broker().stop()
  t.after(() =>
    broker()
      .start()
      .catch(() => {}),
  )
  const gateway = await startGateway(t, 'late-kafka')
  assert.equal((await fetch(`${gateway.url}/livez`)).status, 200)
  const reasons = await gateway.untilNotReady(broker().address)
  assert.match(reasons.join(), /no producer session/)
  assertRejected(await send(gateway.url, invoiceBody('S1', 1)))
  assert.equal((await fetch(`${gateway.url}/livez`)).status, 200)

  await broker().start()
  await gateway.untilReady()
  assert.equal((await send(gateway.url, invoiceBody('S1', 2))).status, 201)
  assert.deepEqual(await inTopic('late-kafka'), ['S1/2'], 'what was rejected is not there')
})

test('without Kafka it stops within its deadline, too', async (t) => {
  const gateway = await startGateway(t, 'any', { KAFKA_BROKERS: '127.0.0.1:1', SHUTDOWN_TIMEOUT_MS: '3000' })
  await gateway.untilNotReady('127.0.0.1:1')
  const { code, tookMs } = await stopWith(gateway, 'SIGINT')
  assert.equal(code, 0)
  assert.ok(tookMs < 3_000 + SLACK_MS)
})

test('a missing topic is named as the reason, until it is created', async (t) => {
  const gateway = await startGateway(t, 'created-later')
  await gateway.untilNotReady('created-later')
  assertRejected(await send(gateway.url, invoiceBody('S1', 1)))
  await kafka.createTopic({ topic: 'created-later', partitions: PARTITIONS })
  await gateway.untilReady()
  assert.equal((await send(gateway.url, invoiceBody('S1', 1))).status, 201)
})

test('a topic with other partitions than configured is not served, and both numbers are said', async (t) => {
  await kafka.createTopic({ topic: 'five', partitions: 5 })
  const gateway = await startGateway(t, 'five')
  const reasons = await gateway.untilNotReady('five')
  assert.match(reasons.join(), /\b5 partitions\b.*KAFKA_PARTITIONS is 3\b/)
  assertRejected(await send(gateway.url, invoiceBody('S1', 1)))
})

test('Kafka hangs: 504 for what it was handed, 503 for the rest at once, and it resumes by itself', async (t) => {
  const gateway = await startReady(t, 'frozen', SLOWER_TO_NOTICE)
  const { url } = gateway
  for (const store of STORES) assert.equal((await send(url, invoiceBody(store, 1))).status, 201)

  await broker().freeze()
  t.after(() => broker().thaw())
  const handedOver = STORES.map((store) => send(url, invoiceBody(store, 2)))
  await gateway.untilNotReady('no broker answers')
  for (const store of [...STORES, 'S999']) assertRejected(await send(url, invoiceBody(store, 3)))
  const unknown = unknownAmong(await Promise.all(handedOver))
  assert.equal(
    await scrape(gateway.adminUrl, 'tillgate_pending_records'),
    unknown.length,
    'nothing that was sent is given up',
  )
  assert.ok((await scrape(gateway.adminUrl, 'tillgate_buffered_bytes')) > 0)
  const acknowledged = PARTITIONS
  const told = { unknown: unknown.length, rejected: 2 * PARTITIONS + 1 - unknown.length }
  assertBalance(await balanceAt(gateway.adminUrl), { acknowledged, ...told })

  broker().thaw()
  await gateway.untilReady()
  await untilPending(gateway.adminUrl, 0)
  for (const store of STORES) assert.equal((await send(url, invoiceBody(store, 4))).status, 201)
  assert.equal(await scrape(gateway.adminUrl, 'tillgate_buffered_bytes'), 0)
  assertBalance(await balanceAt(gateway.adminUrl), { acknowledged: 2 * acknowledged, ...told })
  const stored = [...STORES.flatMap((store) => [`${store}/1`, `${store}/4`]), ...unknown.map((store) => `${store}/2`)]
  assert.deepEqual(await inTopic('frozen'), stored.sort(), 'nothing that was rejected, nothing twice')
})

test('Kafka is killed and comes back: nothing lost, nothing rejected is there, nothing twice', async (t) => {
  const gateway = await startReady(t, 'killed-and-back', QUICK_TO_NOTICE)
  const sent: SentInvoice[] = []
  const outcomes = () => sent.flatMap(({ answers }) => answers.map(({ outcome }) => outcome))
  const acknowledged = () => outcomes().filter((outcome) => outcome === 'acknowledged').length
  let isOver = false
  const tills = STORES.map(async (storeId) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (let sequenceNumber = 1; !isOver; sequenceNumber++) {
      const body = invoiceBody(storeId, sequenceNumber)
      const answer = await post(agent, gateway.url, body, DEADLINE_MS)
      const identity = identityOf({ storeId, terminalId: 'T1', journalId: 'J1', sequenceNumber })
      sent.push({ identity, storeId, terminalId: 'T1', sequenceNumber, body, answers: [answer] })
      await sleep(10)
    }
    agent.destroy()
  })
  const until = (what: string, isSo: () => boolean) =>
    eventually(what, DEADLINE_MS, 20, async () => isSo() || undefined)
  try {
    await until('acknowledged before', () => acknowledged() >= 30)
    await broker().kill()
    await until('rejected meanwhile', () => outcomes().filter((outcome) => outcome === 'rejected').length >= 20)
    await broker().start()
    const before = acknowledged()
    await until('acknowledged again', () => acknowledged() > before + 30)
  } finally {
    isOver = true
    await Promise.all(tills)
  }
  await untilPending(gateway.adminUrl, 0)
  assert.ok(sent.every(({ answers }) => answers[0]?.status !== 'lost'))
  assertTold(await balanceAt(gateway.adminUrl), outcomes())
  const audited = await assertDelivered(kafka.bootstrap, 'killed-and-back', sent)
  assert.ok(audited.acknowledged > 60)
})

test('SIGTERM under load: no till behind a load balancer sees an error', async (t) => {
  const gateway = await startReady(t, 'drained', { DRAIN_DELAY_MS: '8000', SHUTDOWN_TIMEOUT_MS: '14000' })
  const { url } = gateway
  let looksAway = false
  const sent: SentInvoice[] = []
  const tills = Array.from({ length: 12 }, async (_, till) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const [storeId, terminalId] = [`S${till % 5}`, `T${till}`]
    for (let sequenceNumber = 1; !looksAway; sequenceNumber++) {
      const invoice = { ...JSON.parse(invoiceBody(storeId, sequenceNumber).toString()), terminalId }
      const body = Buffer.from(JSON.stringify(invoice))
      const answer = await post(agent, url, body, DEADLINE_MS)
      sent.push({ identity: identityOf(invoice), storeId, terminalId, sequenceNumber, body, answers: [answer] })
    }
    agent.destroy()
  })
  await eventually('load', DEADLINE_MS, 10, async () => sent.length > 200 || undefined)
  const stopped = stopWith(gateway, 'SIGTERM')
  await gateway.untilNotReady('draining')
  const body = invoiceBody('LATE', 1).toString()
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'keep-alive',
  }
  const till = rawSocket(Number(new URL(url).port), message('POST /v1/invoices', headers, body))
  const answer = parseAnswer(await till.closed)
  assert.equal(answer.statusCode, 201, 'it serves on')
  assert.equal(answer.headers.connection, 'close')
  const before = sent.length
  await eventually('load while draining', DEADLINE_MS, 5, async () => sent.length > before + 50 || undefined)
  looksAway = true
  await Promise.all(tills)
  assert.equal(gateway.child.exitCode, null, 'the tills were gone before the delay was over')

  const { code, tookMs } = await stopped
  assert.equal(code, 0)
  assert.ok(tookMs < 14_000 + SLACK_MS)
  assert.deepEqual([...new Set(sent.map(({ answers }) => answers[0]?.status))], [201])
  const invoice = JSON.parse(body)
  const acknowledgement = {
    status: 201,
    outcome: 'acknowledged',
    receipt: undefined,
    slug: undefined,
    tookMs: 0,
  } as const
  sent.push({ ...invoice, identity: identityOf(invoice), body: Buffer.from(body), answers: [acknowledgement] })
  const { acknowledged } = await assertDelivered(kafka.bootstrap, 'drained', sent)
  assert.equal(acknowledged, sent.length)
  assertBalance(lastBalance(gateway), { acknowledged })
})

test('SIGTERM with silent, half-header and half-body connections: it exits within the deadline', async (t) => {
  const gateway = await startReady(t, 'half-open', { SHUTDOWN_TIMEOUT_MS: '3000' })
  const port = Number(new URL(gateway.url).port)
  const headers = { 'content-type': 'application/json', 'content-length': 500 }
  const texts = ['', 'POST /v1/invoices HTTP/1.1\r\nhost: gate', message('POST /v1/invoices', headers, '{"storeId":"S')]
  const connections = texts.map((text) => rawSocket(port, text))
  t.after(() =>
    connections.forEach(({ socket }) => {
      socket.destroy()
    }),
  )
  await eventually('the half body is admitted', DEADLINE_MS, 20, async () =>
    (await scrape(gateway.adminUrl, 'tillgate_buffered_bytes')) > 0 ? true : undefined,
  )
  const { code, tookMs } = await stopWith(gateway, 'SIGTERM')
  assert.equal(code, 0)
  assert.ok(tookMs < 3_000 + SLACK_MS)
  for (const { closed } of connections) assert.doesNotMatch(await closed, /^HTTP\/1\.1 2/)
  assertBalance(lastBalance(gateway), {})
})

for (const [state, fault, repair] of [
  ['hangs', () => broker().freeze(), () => broker().thaw()],
  ['is dead', () => broker().kill(), () => broker().start()],
] as const) {
  test(`SIGTERM while Kafka ${state}: pending invoices are unknown or rejected, never 2xx`, async (t) => {
    const topic = `stopped-while-kafka-${state.replaceAll(' ', '-')}`
    // Nothing is refused and nothing times out before the signal.
    const patient = { STALL_AFTER_MS: '60000', DELIVERY_TIMEOUT_MS: '90000', SHUTDOWN_TIMEOUT_MS: '2500' }
    const gateway = await startReady(t, topic, patient)
    const { url } = gateway
    for (const store of STORES) assert.equal((await send(url, invoiceBody(store, 1))).status, 201)
    await fault()
    let isRepaired = false
    t.after(() => isRepaired || repair())
    const first = STORES.map((store) => send(url, invoiceBody(store, 2)))
    await untilPending(gateway.adminUrl, PARTITIONS)
    const second = STORES.map((store) => send(url, invoiceBody(store, 3)))
    await untilPending(gateway.adminUrl, 2 * PARTITIONS)

    const { code, tookMs } = await stopWith(gateway, 'SIGTERM')
    assert.equal(code, 3)
    assert.ok(tookMs < 2_500 + SLACK_MS)
    assert.equal(gateway.log().at(-1)?.msg, 'stopped', 'it ended by itself, not by the last resort')
    const firstAnswers = await Promise.all(first)
    if (state === 'hangs') unknownAmong(firstAnswers)
    for (const { status, document } of firstAnswers)
      assert.equal(document.outcome, status === 504 ? 'unknown' : 'rejected')
    for (const answer of await Promise.all(second)) assertRejected(answer)
    const unknown = firstAnswers.filter(({ status }) => status === 504).length
    assertBalance(lastBalance(gateway), { acknowledged: PARTITIONS, unknown, rejected: 2 * PARTITIONS - unknown })
    await repair()
    isRepaired = true
    const log = await inTopic(topic)
    const mayBe = STORES.flatMap((store, index) =>
      firstAnswers[index]?.status === 504 ? [`${store}/1`, `${store}/2`] : [`${store}/1`],
    )
    assert.deepEqual(log, [...new Set(log)], 'nothing twice')
    for (const store of STORES) assert.ok(log.includes(`${store}/1`), 'what was acknowledged is there')
    assert.deepEqual(
      log.filter((place) => !mayBe.includes(place)),
      [],
      'nothing that was rejected',
    )
  })
}

test('more signals change nothing: it drains once and exits with 0', async (t) => {
  const gateway = await startReady(t, 'signals', { DRAIN_DELAY_MS: '5000' })
  const stopped = stopWith(gateway, 'SIGTERM')
  await gateway.untilNotReady('draining')
  gateway.child.kill('SIGTERM')
  gateway.child.kill('SIGINT')
  assert.equal((await stopped).code, 0)
  const messages = gateway.log().map(({ msg }) => msg)
  assert.equal(messages.filter((text) => text === 'draining').length, 1)
  assert.equal(messages.filter((text) => text === 'stopped').length, 1)
  assert.equal(gateway.stderr(), '')
})

test('metrics are on ADMIN_PORT alone; after load gauges return to 0, and counts of the same are equal', async (t) => {
  const gateway = await startReady(t, 'metrics')
  assert.equal((await fetch(`${gateway.url}/metrics`)).status, 404)
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => send(gateway.url, invoiceBody(`S${i}`, 1))))
  assert.ok(answers.every(({ status }) => status === 201))
  assert.equal(await scrape(gateway.adminUrl, 'tillgate_pending_records'), 0)
  assert.equal(await scrape(gateway.adminUrl, 'tillgate_buffered_bytes'), 0)
  assert.equal(await scrape(gateway.adminUrl, 'tillgate_ready'), 1)
  assert.equal(await scrape(gateway.adminUrl, 'tillgate_answers_total{route="post",status="201",problem="none"}'), 200)
  assertBalance(await balanceAt(gateway.adminUrl), { acknowledged: 200 })
  for (const name of ['waiting_seconds_count', 'batch_records_sum', 'produce_records_sum'])
    assert.equal(await scrape(gateway.adminUrl, `tillgate_${name}`), 200, name)
  const batches = await scrape(gateway.adminUrl, 'tillgate_in_flight_seconds_count')
  const requests = await scrape(gateway.adminUrl, 'tillgate_produce_seconds_count')
  assert.ok(requests > 0 && requests <= batches && batches <= 200)
  assert.equal(await scrape(gateway.adminUrl, 'tillgate_busy_partitions'), 0)
  assert.equal(await scrape(gateway.adminUrl, 'tillgate_oldest_batch_seconds'), 0)
  const { code } = await stopWith(gateway, 'SIGTERM')
  assert.equal(code, 0)
})
