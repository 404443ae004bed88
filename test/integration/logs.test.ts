import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { freePorts } from '../../dev/kafka/ports.ts'
import { DEADLINE_MS, readinessAt, type ServeProcess, spawnCli, startServe } from '../harness/cli-process.ts'
import { invoiceBody, send } from '../harness/exchange.ts'

const MARKER = 'xMarkerx'
/** Enough of the card number that no figure of a metric has it by chance. */
const CARD = /4111[ -]?11/

let kafka: KafkaCluster

before(async () => {
  kafka = await startKafka()
})

after(() => kafka.stop())

const environment = (topic: string): NodeJS.ProcessEnv => ({
  AUTH: 'off',
  KAFKA_BROKERS: kafka.bootstrap.join(),
  KAFKA_TOPIC: topic,
  KAFKA_PARTITIONS: '3',
  SHUTDOWN_TIMEOUT_MS: '5000',
})

/** A ready gateway process that logs all it can, over a topic of its own. */
async function startReady(t: TestContext, topic: string, env: NodeJS.ProcessEnv = {}): Promise<ServeProcess> {
  await kafka.createTopic({ topic, partitions: 3 })
  const gateway = await startServe({ ...environment(topic), LOG_LEVEL: 'trace', ...env })
  t.after(() => gateway.end())
  await gateway.untilReady()
  return gateway
}

async function stop(gateway: ServeProcess): Promise<void> {
  gateway.child.kill('SIGTERM')
  assert.deepEqual(await gateway.exited, { code: 0, signal: null })
}

test('a class of answers is a line a second, not a line a request', async (t) => {
  const gateway = await startReady(t, 'classes')
  const startedAtMs = performance.now()
  const posts = Array.from({ length: 300 }, (_, i) => send(gateway.url, invoiceBody(`S${i}`, 1)))
  const refused = Array.from({ length: 300 }, () => send(gateway.url, Buffer.from('{')))
  await Promise.all([...posts, ...refused])
  await stop(gateway)
  const seconds = Math.ceil((performance.now() - startedAtMs) / 1_000) + 1
  for (const [msg, level] of [
    ['invoices acknowledged', 30],
    ['answered malformed-json', 40],
  ] as const) {
    const lines = gateway.log().filter((line) => line.msg === msg)
    assert.ok(lines.length >= 1 && lines.length <= seconds, `${lines.length} lines in ${seconds} s`)
    assert.ok(lines.every((line) => line.level === level))
    assert.equal(
      lines.reduce((sum, { count }) => sum + (count as number), 0),
      300,
      'every one is counted',
    )
  }
})

test('no value of an invoice is in the log, whatever becomes of it', async (t) => {
  const outage = {
    DELIVERY_TIMEOUT_MS: '500',
    STALL_AFTER_MS: '400',
    KAFKA_REQUEST_TIMEOUT_MS: '1000',
    KAFKA_ACK_TIMEOUT_MS: '500',
    KAFKA_CONNECTION_TIMEOUT_MS: '500',
  }
  const gateway = await startReady(t, 'markers', outage)
  const sample = JSON.parse(invoiceBody('S1', 1).toString())
  const marked = (sequenceNumber: number, changes: object = {}) =>
    invoiceBody('S1', sequenceNumber, {
      cashier: { id: MARKER },
      lines: sample.lines.map((line: object) => ({ ...line, description: `${MARKER} tea` })),
      extensions: { [MARKER]: MARKER },
      ...changes,
    })
  const { url } = gateway
  // The lines are those of number 1, so that the totals fit.
  const totals = { totals: sample.totals, taxes: sample.taxes, tenders: sample.tenders }
  // On a slow machine the first one may take longer than DELIVERY_TIMEOUT_MS.
  await eventually('one is stored', DEADLINE_MS, 50, async () => {
    return (await send(url, marked(1, totals))).status === 201 || undefined
  })
  const bodies: [Buffer, number][] = [
    [marked(2, { ...totals, documentType: MARKER }), 422],
    [marked(2, { ...totals, [MARKER]: MARKER }), 422],
    [marked(2, { ...totals, totals: { ...sample.totals, payable: MARKER } }), 422],
    [marked(2, { ...totals, storeId: `${MARKER} / ${MARKER}` }), 422],
    [marked(2, { ...totals, extensions: { card: `${MARKER} 4111 1111 1111 1111` } }), 422],
    [marked(2, { ...totals, storeId: '4111111111111111' }), 422],
    [marked(2, { ...totals, journalId: '4111-1111-1111-1111' }), 422],
    [marked(2, { ...totals, extensions: { cards: { '4111111111111111': MARKER } } }), 422],
    [Buffer.from(`{"${MARKER}":"${MARKER}`), 400],
    [Buffer.from(`{"${MARKER}":1,"${MARKER}":2}`), 400],
    [Buffer.from(MARKER), 400],
    [Buffer.concat([Buffer.from(`{"a":"${MARKER}`), Buffer.from([0xff]), Buffer.from('"}')]), 400],
  ]
  for (const [body, status] of bodies) assert.equal((await send(url, body)).status, status, body.toString())
  const headers = { 'content-type': `text/${MARKER}` }
  assert.equal((await send(url, marked(3), { headers })).status, 415)
  const key = { 'idempotency-key': MARKER, traceparent: MARKER }
  assert.equal((await send(url, marked(1, totals), { headers: key })).status, 201)
  assert.equal((await send(url, invoiceBody('S1', 4), { headers: key })).status, 422)
  assert.equal((await send(url, invoiceBody('S1', 4), { path: `/v1/${MARKER}` })).status, 404)
  const path = `/v1/stores/${MARKER}%2F/terminals/T1/journals/J1/invoices/${MARKER}`
  assert.equal((await send(url, marked(1, totals), { method: 'PUT', path })).status, 400)

  // A card number in the path, with a body that agrees and with one that does not.
  const card = '/v1/stores/4111111111111111/terminals/T1/journals/J1/invoices/1'
  for (const changes of [{}, { storeId: '4111111111111111' }]) {
    const { status, headers, document } = await send(url, marked(1, { ...totals, ...changes }), {
      method: 'PUT',
      path: card,
    })
    assert.equal(status, 422)
    assert.doesNotMatch(JSON.stringify([[...headers], document]), CARD)
  }
  assert.doesNotMatch(await (await fetch(`${gateway.adminUrl}/metrics`)).text(), CARD)

  const [broker] = kafka.brokers
  await broker?.freeze()
  t.after(() => broker?.thaw())
  const answer = await send(url, marked(1, { ...totals, sequenceNumber: 5 }))
  assert.equal(answer.status, 504)
  await eventually(
    'failed attempts are logged',
    DEADLINE_MS,
    50,
    async () => gateway.output().includes('attempt-failed') || undefined,
  )
  broker?.thaw()
  await gateway.untilReady()
  await stop(gateway)
  for (const msg of ['invoices acknowledged', 'answered invalid-invoice', 'answered outcome-unknown'])
    assert.ok(
      gateway.log().some((line) => line.msg === msg),
      `${msg} was logged`,
    )
  assert.doesNotMatch(gateway.output(), new RegExp(`${MARKER}|${CARD.source}|tea`, 'i'))
})

test('no secret is in any output, not even when the login fails', async (t) => {
  const password = `secret-${MARKER}`
  const login = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'till', KAFKA_SASL_PASSWORD: password }
  const gateway = await startServe({ ...environment('any'), LOG_LEVEL: 'trace', ...login })
  t.after(() => gateway.end())
  const [reason] = await gateway.untilNotReady('SASL')
  await eventually(
    'the failure is logged',
    DEADLINE_MS,
    50,
    async () => gateway.output().includes('session-failed') || undefined,
  )
  await stop(gateway)
  const encoded = [
    Buffer.from(`\0till\0${password}`).toString('base64'),
    Buffer.from(password).toString('base64').slice(0, -4),
  ]
  for (const text of [password, MARKER, ...encoded]) assert.ok(!`${gateway.output()}${reason}`.includes(text), text)
})

test('a standard output that nobody reads stops neither the serving nor the shutdown', async (t) => {
  await kafka.createTopic({ topic: 'unread', partitions: 3 })
  const [port, adminPort] = (await freePorts(2)) as [number, number]
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-unread-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const pipe = fullPipe(t, join(folder, 'stdout'))
  const env = {
    ...environment('unread'),
    HOST: '127.0.0.1',
    PORT: String(port),
    ADMIN_PORT: String(adminPort),
    DRAIN_DELAY_MS: '0',
    LOG_LEVEL: 'trace',
  }
  const gateway = spawnCli(['serve'], env, pipe)
  t.after(() => gateway.end())
  const url = `http://127.0.0.1:${port}`
  await readinessAt(`http://127.0.0.1:${adminPort}`).untilReady()
  for (let number = 1; number <= 20; number++) {
    const answers = await Promise.all([send(url, invoiceBody('S1', number)), send(url, Buffer.from('{'))])
    assert.deepEqual(
      answers.map(({ status }) => status),
      [201, 400],
      JSON.stringify(answers.map(({ document }) => document)),
    )
  }
  gateway.child.kill('SIGTERM')
  assert.deepEqual(await gateway.exited, { code: 0, signal: null })
})

/** A pipe into which nothing more goes, as a file descriptor whose writer waits. Nobody reads it. */
function fullPipe(t: TestContext, path: string): number {
  execFileSync('mkfifo', [path])
  const filler = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  const writer = openSync(path, constants.O_WRONLY)
  t.after(() => {
    closeSync(filler)
    closeSync(writer)
  })
  try {
    for (;;) writeSync(filler, Buffer.alloc(4_096))
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'EAGAIN')
  }
  return writer
}
