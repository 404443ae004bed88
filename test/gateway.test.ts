import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Logger, pino } from 'pino'
import { eventually } from '../dev/kafka/eventually.ts'
import { freePorts } from '../dev/kafka/ports.ts'
import { BufferMemory } from '../src/admission/buffer-memory.ts'
import { readConfig } from '../src/config.ts'
import { startGateway } from '../src/gateway.ts'
import { FREE_PORTS, readinessAt } from './harness/cli-process.ts'
import { scrape } from './harness/exchange.ts'
import { message, rawSocket } from './http/raw-socket.ts'
import { sampleInvoice } from './invoice/generate.ts'
import { API, FakeCluster } from './kafka/fake-broker.ts'

/** A gateway over a fake broker whose every answer to an invoice takes `ackMs`. */
async function startOver(
  t: TestContext,
  ackMs: number,
  settings: NodeJS.ProcessEnv,
  more: { brokerHost?: string; logger?: Logger } = {},
) {
  const { brokerHost = '127.0.0.1', logger = pino({ level: 'silent' }) } = more
  const cluster = await FakeCluster.start(1, brokerHost)
  const [broker] = cluster.brokers
  broker!.script = (request) => {
    if (request.apiKey !== API.produce) return false
    void sleep(ackMs).then(() => request.send(request.soundAnswer()))
    return true
  }
  const config = readConfig({
    HOST: '127.0.0.1',
    ...FREE_PORTS,
    AUTH: 'off',
    KAFKA_BROKERS: cluster.bootstrap.join(),
    KAFKA_TOPIC: cluster.topic,
    KAFKA_PARTITIONS: String(cluster.partitions),
    DRAIN_DELAY_MS: '0',
    ...settings,
  })
  const gateway = await startGateway(config, logger)
  t.after(async () => {
    await gateway.stop()
    await cluster.stop()
  })
  await gateway.ready
  return { url: gateway.url, adminUrl: gateway.adminUrl, stop: gateway.stop, broker: broker! }
}

/** Uploads one invoice of each terminal; resolves with the status of the answer. */
async function upload(url: string, terminals: readonly string[]): Promise<number> {
  const lines = terminals.map((terminalId) =>
    JSON.stringify(sampleInvoice({ storeId: 'S1', terminalId, journalId: 'J1', sequenceNumber: 1 })),
  )
  const headers = { 'content-type': 'application/x-ndjson' }
  const answer = await fetch(`${url}/v1/invoices/batch`, { method: 'POST', headers, body: lines.join('\n') })
  await answer.text()
  return answer.status
}

test('an upload that first waits for its place and then for Kafka keeps its connection until it is answered', async (t) => {
  // Together longer than a request and a delivery may take; each alone is seconds shorter than a delivery.
  const { url, broker } = await startOver(t, 2_900, {
    DELIVERY_TIMEOUT_MS: '5000',
    STALL_AFTER_MS: '4900',
    REQUEST_TIMEOUT_MS: '500',
    UPLOAD_WINDOW_RECORDS: '1',
  })
  const first = upload(url, ['T1', 'T2', 'T3', 'T4', 'T5', 'T6', 'T7', 'T8']) // as many as there are places
  await eventually('the first upload is under way', 10_000, 5, async () => broker.count(API.produce) || undefined)
  assert.equal(await upload(url, ['T9']), 200)
  assert.equal(await first, 200)
})

test('what a till is told names no topic, no broker and no address; its operator is told them', async (t) => {
  const config = readConfig({
    HOST: '127.0.0.1',
    ...FREE_PORTS,
    KAFKA_BROKERS: '127.0.0.1:1',
    KAFKA_TOPIC: 'secret.topic',
    AUTH: 'off',
    DRAIN_DELAY_MS: '0',
  })
  const gateway = await startGateway(config, pino({ level: 'silent' }))
  t.after(() => gateway.stop())
  await readinessAt(gateway.adminUrl).untilNotReady('127.0.0.1:1')

  const told = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(gateway.url + path, init)
    return { status: answer.status, text: JSON.stringify([...answer.headers]) + (await answer.text()) }
  }
  const body = JSON.stringify(sampleInvoice({ storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber: 1 }))
  const json = { method: 'POST', headers: { 'content-type': 'application/json' } }
  const answers = [
    { ...(await told('/readyz')), wanted: 503 },
    { ...(await told('/v1/invoices', { ...json, body })), wanted: 503 },
    { ...(await told('/v1/invoices/batch', { ...json, body: `[${body}]` })), wanted: 503 },
    { ...(await told('/metrics')), wanted: 404 },
    { ...(await told('/docs')), wanted: 404 },
    { ...(await told('/openapi.json')), wanted: 200 },
  ]
  for (const { status, text, wanted } of answers) {
    assert.equal(status, wanted, text)
    assert.doesNotMatch(text, /secret\.topic|127\.0\.0\.1:1\b|ECONNREFUSED/)
  }
})

test('its operator is answered while the port of the tills is full, and while it drains', async (t) => {
  const { url, adminUrl, stop } = await startOver(t, 0, { MAX_CONNECTIONS: '1', DRAIN_DELAY_MS: '3000' })
  const till = rawSocket(Number(new URL(url).port), message('GET /livez'))
  await till.until('{"live":true}')
  t.after(() => till.socket.destroy())
  await assert.rejects(fetch(`${url}/livez`))
  const { readiness, untilNotReady } = readinessAt(adminUrl)
  assert.deepEqual(await readiness(), { status: 200, ready: true, reasons: [] })
  assert.equal(await scrape(adminUrl, 'tillgate_ready'), 1)
  const stopped = stop()
  await untilNotReady('draining')
  await stopped
  await assert.rejects(fetch(`${adminUrl}/livez`))
})

test('a port that cannot be opened closes the other one', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  t.after(() => holder.close())
  const { port } = holder.address() as AddressInfo
  const [other] = (await freePorts(1)) as [number]
  for (const ports of [
    { PORT: String(port), ADMIN_PORT: String(other) },
    { PORT: String(other), ADMIN_PORT: String(port) },
  ]) {
    const config = readConfig({ HOST: '127.0.0.1', KAFKA_BROKERS: '127.0.0.1:1', AUTH: 'off', ...ports })
    await assert.rejects(startGateway(config, pino({ level: 'silent' })), { code: 'EADDRINUSE', port })
    await assert.rejects(fetch(`http://127.0.0.1:${other}/livez`))
  }
})

test('a large invoice is read by a worker thread, a small one and a small upload are not: the metrics say so', async (t) => {
  const { url, adminUrl } = await startOver(t, 0, { UPLOAD_WORKERS: '1', INVOICE_INLINE_BYTES: '10000' })
  const post = async (paddingBytes: number, sequenceNumber: number) => {
    const sample = sampleInvoice({ storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber })
    const body = JSON.stringify({ ...sample, extensions: { padding: 'x'.repeat(paddingBytes) } })
    const answer = await fetch(`${url}/v1/invoices`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    await answer.text()
    return answer.status
  }
  assert.equal(await post(10, 1), 201)
  assert.equal(await upload(url, ['T2']), 200)
  const scraped = async () => await (await fetch(`${adminUrl}/metrics`)).text()
  assert.match(await scraped(), /^tillgate_worker_bodies_total\{kind="invoice"\} 0$/m)
  assert.equal(await post(10_000, 2), 201)
  assert.equal(await post(700_000, 3), 201)
  const text = await scraped()
  assert.match(text, /^tillgate_worker_bodies_total\{kind="invoice"\} 2$/m)
  assert.match(text, /^tillgate_event_loop_longest_block_seconds \d/m)
  assert.match(text, /^tillgate_unread_answer_bytes 0$/m)
  assert.match(text, /^tillgate_workers [1-9]/m)
})

test('brokers and tills may have IPv6 addresses', async (t) => {
  for (const HOST of ['::1', '[::1]', '::']) {
    const { url } = await startOver(t, 0, { HOST }, { brokerHost: '::1' })
    assert.match(url, /^http:\/\/\[::1\]:\d+$/)
    assert.equal(await upload(url, ['T1']), 200)
  }
})

test('a request that fails has a log line with the id that the till is told', async (t) => {
  const lines: Record<string, unknown>[] = []
  const logger = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) })
  const { url } = await startOver(t, 0, {}, { logger })
  t.mock.method(BufferMemory.prototype, 'tryReserve', () => {
    throw new TypeError('planted')
  })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}/v1/invoices`, { method: 'POST', headers, body: '{}' })
  const { requestId } = (await answer.json()) as { requestId: string }
  assert.equal(answer.status, 500)
  const line = lines.find((line) => line.requestId === requestId)
  assert.equal(line?.route, '/v1/invoices')
  assert.equal(line?.level, 50)
})
