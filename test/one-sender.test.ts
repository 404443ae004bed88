import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import zlib from 'node:zlib'
import { pino } from 'pino'
import { eventually } from '../dev/kafka/eventually.ts'
import { readConfig } from '../src/config.ts'
import { startGateway } from '../src/gateway.ts'
import { FREE_PORTS } from './harness/cli-process.ts'
import { scrape } from './harness/exchange.ts'
import { message, parseAnswer, type RawSocket, rawSocket } from './http/raw-socket.ts'
import { sampleInvoice } from './invoice/generate.ts'
import { FakeCluster } from './kafka/fake-broker.ts'

/**
 * What one sender can do to the others: a whole gateway, over a fake broker. Each of these once kept the others out.
 */
const JSON_TYPE = { 'content-type': 'application/json' }
const LINES = { 'content-type': 'application/x-ndjson' }
const UPLOAD = '/v1/invoices/batch'
const MIB = 2 ** 20
/** A buffer in which a hundred large bodies do not fit. */
const SMALL = { BUFFER_MEMORY_BYTES: String(32 * MIB), UPLOAD_MAX_BYTES: String(4 * MIB) }

async function gatewayOf(t: TestContext, settings: NodeJS.ProcessEnv) {
  const cluster = await FakeCluster.start(1, '127.0.0.1')
  const config = readConfig({
    HOST: '127.0.0.1',
    ...FREE_PORTS,
    KAFKA_BROKERS: cluster.bootstrap.join(),
    KAFKA_TOPIC: cluster.topic,
    KAFKA_PARTITIONS: String(cluster.partitions),
    AUTH: 'off',
    DRAIN_DELAY_MS: '0',
    ...settings,
  })
  const gateway = await startGateway(config, pino({ level: 'silent' }))
  const sockets: RawSocket[] = []
  t.after(async () => {
    for (const { socket } of sockets) socket.destroy()
    await gateway.stop()
    await cluster.stop()
  })
  await gateway.ready
  const port = Number(new URL(gateway.url).port)
  const send = (text: string) => {
    const raw = rawSocket(port, text)
    sockets.push(raw)
    return raw
  }
  const metric = (name: string) => scrape(gateway.adminUrl, name)
  const buffered = (what: string, isSo: (bytes: number) => boolean) =>
    eventually(what, 20_000, 20, async () => isSo(await metric('tillgate_buffered_bytes')) || undefined)
  return { gateway, send, metric, buffered }
}

let sequenceNumber = 0
const invoice = () =>
  JSON.stringify(sampleInvoice({ storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber: ++sequenceNumber }))

async function post(url: string, path = '/v1/invoices', headers: Record<string, string> = JSON_TYPE, body?: Buffer) {
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: body ?? invoice() })
  return { status: answer.status, document: await answer.json() }
}

test('header fields alone take no memory from others', async (t) => {
  const { gateway, send, metric } = await gatewayOf(t, SMALL)
  const head = (path: string, headers: object) => message(`POST ${path}`, { ...headers, 'content-length': 800_000 })
  for (let i = 0; i < 100; i++) send(head(i % 2 === 0 ? '/v1/invoices' : UPLOAD, i % 2 === 0 ? JSON_TYPE : LINES))
  await eventually('they are all there', 20_000, 20, async () => {
    return (await metric('tillgate_buffered_bytes')) >= 100 * 2_048 || undefined
  })
  assert.equal((await post(gateway.url)).status, 201)
  assert.equal((await post(gateway.url, UPLOAD, LINES)).status, 200)
  const large = { ...JSON.parse(invoice()), extensions: { padding: 'x'.repeat(700_000) } }
  assert.equal((await post(gateway.url, '/v1/invoices', JSON_TYPE, Buffer.from(JSON.stringify(large)))).status, 201)
})

test('compressed uploads that have hardly begun leave room for those of others', async (t) => {
  const { gateway, send, metric } = await gatewayOf(t, SMALL)
  const gzip = { ...LINES, 'content-encoding': 'gzip' }
  for (let i = 0; i < 16; i++) send(message(`POST ${UPLOAD}`, { ...gzip, 'content-length': 100 }, 'x'))
  await eventually('they are all there', 20_000, 20, async () => {
    return (await metric('tillgate_buffered_bytes')) >= 16 * 2_048 || undefined
  })
  assert.equal((await post(gateway.url, UPLOAD, gzip, zlib.gzipSync(invoice()))).status, 200)
})

test('bodies that stopped in the middle are given up for those that arrive', async (t) => {
  const { gateway, send, buffered } = await gatewayOf(t, SMALL)
  const stalled = message('POST /v1/invoices', { ...JSON_TYPE, 'content-length': 800_000 }, 'x'.repeat(700_000))
  const held = Array.from({ length: 40 }, () => send(stalled))
  await buffered('the share of arriving bodies is full', (bytes) => bytes > 7 * MIB)
  await eventually('some were refused', 20_000, 20, async () =>
    held.some(({ received }) => received() !== '') ? true : undefined,
  )
  for (let i = 0; i < 5; i++) assert.equal((await post(gateway.url)).status, 201)
  // A large invoice needs room while it arrives. Those that hold it are late by now.
  await sleep(1_100)
  const large = { ...JSON.parse(invoice()), extensions: { padding: 'x'.repeat(700_000) } }
  assert.equal((await post(gateway.url, '/v1/invoices', JSON_TYPE, Buffer.from(JSON.stringify(large)))).status, 201)
  const answers = held.map(({ received }) => received()).filter((received) => received !== '')
  for (const received of answers) {
    const { statusCode, headers, body } = parseAnswer(received)
    assert.deepEqual([statusCode, headers.connection, JSON.parse(body).till], [503, 'close', 'resend'])
    assert.match(headers['retry-after'] ?? '', /^[1-3]$/)
  }
})

test('a body that comes too slowly is answered 408, and gives its memory back', async (t) => {
  const { send, buffered } = await gatewayOf(t, { BODY_GRACE_MS: '500' })
  const slow = ['/v1/invoices', UPLOAD].map((path) =>
    send(message(`POST ${path}`, { ...(path === UPLOAD ? LINES : JSON_TYPE), 'content-length': 50_000 }, 'x')),
  )
  const dripping = setInterval(() => {
    for (const { socket } of slow) if (socket.writable) socket.write('x')
  }, 50)
  t.after(() => clearInterval(dripping))
  for (const { closed } of slow) {
    const { statusCode, headers, body } = parseAnswer(await closed)
    assert.deepEqual([statusCode, headers.connection, JSON.parse(body).till], [408, 'close', 'resend'])
  }
  await buffered('nothing is held', (bytes) => bytes === 0)
})

test('a body in small pieces takes no more memory than it reserves', async (t) => {
  const { send, buffered } = await gatewayOf(t, {})
  const chunks = `40\r\n${'x'.repeat(64)}\r\n`.repeat(20_000)
  const raw = send(message(`POST ${UPLOAD}`, { ...LINES, 'transfer-encoding': 'chunked' }, chunks))
  await buffered('what arrived is held, in one piece', (bytes) => bytes > 1_280_000 && bytes < 2 * 1_280_000 + 2_048)
  raw.socket.destroy()
  await buffered('nothing is held', (bytes) => bytes === 0)
})
