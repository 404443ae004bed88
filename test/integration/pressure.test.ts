import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import openapi from '../../openapi/openapi.json' with { type: 'json' }
import { assertBalance, balanceAt } from '../harness/balance.ts'
import { invoiceBody, scrape, send } from '../harness/exchange.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'
import { assertMatchesContract } from '../http/contract.ts'
import { message, parseAnswer, type RawSocket, rawSocket } from '../http/raw-socket.ts'

const TOPIC = 'pressed'
const DEADLINE_MS = 30_000
const BATCH = '/v1/invoices/batch'
const JSON_TYPE = { 'content-type': 'application/json' }
const LINES = { 'content-type': 'application/x-ndjson' }
const MIB = 2 ** 20

let kafka: KafkaCluster

before(async () => {
  kafka = await startKafka()
  await kafka.createTopic({ topic: TOPIC, partitions: 3 })
})

after(() => kafka.stop())

/** A gateway process with bare connections to it; both are gone with the test. */
async function startGateway(t: TestContext, environment: NodeJS.ProcessEnv = {}) {
  const gateway = await GatewayProcess.start({
    KAFKA_BROKERS: kafka.bootstrap.join(),
    KAFKA_TOPIC: TOPIC,
    KAFKA_PARTITIONS: '3',
    DRAIN_DELAY_MS: '0',
    ...environment,
  })
  const open: RawSocket[] = []
  t.after(async () => {
    for (const { socket } of open) socket.destroy()
    await gateway.end('SIGKILL')
  })
  const port = Number(new URL(gateway.url).port)
  const connect = (text: string) => {
    const raw = rawSocket(port, text)
    open.push(raw)
    return raw
  }
  const buffered = (bytes: number) =>
    eventually(`${bytes} bytes in the buffer`, DEADLINE_MS, 20, async () =>
      (await scrape(gateway.adminUrl, 'tillgate_buffered_bytes')) === bytes ? true : undefined,
    )
  return { gateway, connect, buffered }
}

let sequenceNumber = 0

/** Posts one invoice that is not there yet. */
const postOne = (gateway: GatewayProcess, storeId = 'S1') => send(gateway.url, invoiceBody(storeId, ++sequenceNumber))

async function upload(gateway: GatewayProcess, body: string | Buffer, headers: Record<string, string> = {}) {
  const answer = await fetch(`${gateway.url}${BATCH}`, { method: 'POST', headers: { ...LINES, ...headers }, body })
  const document = (await answer.json()) as { type?: string; results?: { status: number }[] }
  assertMatchesContract(openapi, 'POST', BATCH, answer.status, answer.headers.get('content-type')!, document)
  return { status: answer.status, headers: answer.headers, document }
}

/** The head of a request whose body does not come, or only its beginning. */
const half = (path: string, contentLength: number, headers: Record<string, string> = {}) =>
  message(`POST ${path}`, {
    ...(path === BATCH ? LINES : JSON_TYPE),
    'content-length': contentLength,
    ...headers,
  })

test('10,000 connections stay open, and tills on any of them are answered', async (t) => {
  const [CONNECTIONS, AT_ONCE] = [10_000, 200]
  const needed = CONNECTIONS + 500
  const { stdout: limit } = await promisify(execFile)('/bin/sh', ['-c', 'ulimit -Sn']) // Node raised it to the hard one
  assert.ok(
    !(Number(limit) < needed),
    `raise the hard limit of open files from ${limit} to ${needed}: ulimit -Hn ${needed}`,
  )
  const { gateway, connect } = await startGateway(t, { KEEP_ALIVE_TIMEOUT_MS: '600000' }) // however long all of it takes
  const before = gateway.residentBytes
  const sockets: RawSocket[] = []
  while (sockets.length < CONNECTIONS) {
    const more = Array.from({ length: AT_ONCE }, () => connect(message('GET /livez')))
    await Promise.all(more.map(({ until }) => until('{"live":true}')))
    sockets.push(...more)
  }
  for (let i = 0; i < CONNECTIONS; i += 100) {
    const body = invoiceBody(`S${i % 7}`, ++sequenceNumber).toString()
    const { socket, until } = sockets[i]!
    socket.write(message('POST /v1/invoices', { ...JSON_TYPE, 'content-length': Buffer.byteLength(body) }, body))
    assert.match(await until('"receivedAt"'), /HTTP\/1\.1 201 Created/)
  }
  assert.equal((await postOne(gateway)).status, 201)
  assert.equal(sockets.filter(({ socket }) => socket.readyState !== 'open').length, 0)
  const grownMib = (gateway.residentBytes - before) / MIB
  t.diagnostic(`${grownMib.toFixed(0)} MiB for ${CONNECTIONS} connections`)
  assert.ok(grownMib < 400)
})

test('connections beyond MAX_CONNECTIONS are closed at once; the others go on', async (t) => {
  const { gateway, connect } = await startGateway(t, { MAX_CONNECTIONS: '20', KEEP_ALIVE_TIMEOUT_MS: '60000' })
  const body = invoiceBody('S1', ++sequenceNumber).toString()
  const post = message('POST /v1/invoices', { ...JSON_TYPE, 'content-length': Buffer.byteLength(body) }, body)
  const livez = message('GET /livez')
  const kept: RawSocket[] = []
  await eventually('15 connections', DEADLINE_MS, 10, async () => {
    const raw = connect(livez)
    await raw.until('{"live":true}')
    kept.push(raw)
    return kept.length >= 15 || undefined
  })
  const refused: RawSocket[] = []
  await eventually('one that is refused', DEADLINE_MS, 10, async () => {
    const raw = connect(livez)
    await Promise.race([raw.closed, raw.until('{"live":true}').catch(() => {})])
    if (raw.received() === '') refused.push(raw)
    return refused.length > 0 || undefined
  })
  assert.equal(await refused[0]!.closed, '')
  kept[0]!.socket.write(post)
  assert.match(await kept[0]!.until('"receivedAt"'), /HTTP\/1\.1 201/)
  for (const { socket } of kept) socket.destroy()
  await eventually('room again', DEADLINE_MS, 20, async () => (await gateway.status('/readyz')) === 200 || undefined)
})

test('bodies of a byte a second end in 408 and give their memory back, and hold nobody up', async (t) => {
  const { gateway, connect, buffered } = await startGateway(t, { REQUEST_TIMEOUT_MS: '2500' })
  const slow = Array.from({ length: 40 }, (_, i) => connect(half(i % 2 === 0 ? '/v1/invoices' : BATCH, 50_000)))
  const dripping = setInterval(() => {
    for (const { socket } of slow) if (socket.writable) socket.write('{')
  }, 1_000)
  t.after(() => clearInterval(dripping))
  await buffered(40 * (1_024 + 2_048))
  let answered = 0
  const all = Promise.all(slow.map(({ closed }) => closed))
  const isOver = all.then(() => true)
  while (!(await Promise.race([isOver, sleep(100, false)]))) {
    assert.equal((await postOne(gateway)).status, 201)
    answered++
  }
  assert.ok(answered > 5)
  for (const [i, received] of (await all).entries()) {
    const { statusCode, headers, body } = parseAnswer(received)
    assert.equal(statusCode, 408)
    assert.match(headers['retry-after'] ?? '', /^[1-3]$/)
    const path = i % 2 === 0 ? '/v1/invoices' : BATCH
    assertMatchesContract(openapi, 'POST', path, statusCode, headers['content-type'], body)
  }
  await buffered(0)
})

test('answers that nobody reads take no room from uploads or tills, and little memory', async (t) => {
  const { gateway, connect, buffered } = await startGateway(t, { BUFFER_MEMORY_BYTES: String(96 * MIB) })
  const item = `{${Array.from({ length: 120 }, (_, i) => `"m${i}":0`).join()}}\n`
  const body = zlib.gzipSync(item.repeat(1_000))
  const request = Buffer.concat([Buffer.from(half(BATCH, body.length, { 'content-encoding': 'gzip' })), body])
  const before = gateway.residentBytes
  for (let i = 0; i < 32; i++) {
    const raw = connect('')
    raw.socket.once('data', () => raw.socket.pause())
    raw.socket.write(request)
    assert.equal(parseAnswer(await raw.until('\r\n\r\n')).statusCode, 207)
    assert.equal((await postOne(gateway)).status, 201)
  }
  await buffered(0)
  const grownMib = (gateway.residentBytes - before) / MIB
  t.diagnostic(`32 answers wait, ${grownMib.toFixed(0)} MiB more`)
  assert.ok(grownMib < 250)
})

test('a small buffer: uploads are refused while half-sent bodies fill their part; tills are not', async (t) => {
  const { gateway, connect, buffered } = await startGateway(t, {
    BUFFER_MEMORY_BYTES: '1500000',
    UPLOAD_BUFFER_PERCENT: '25',
    UPLOAD_MAX_BYTES: '200000',
    UPLOAD_MAX_COMPRESSED_BYTES: '50000',
    UPLOAD_MAX_INVOICES: '50',
    BODY_GRACE_MS: '60000',
  })
  const taken: RawSocket[] = []
  /** A body of which the last byte does not come. */
  const take = (path: string, bytes: number) => taken.push(connect(half(path, bytes) + 'x'.repeat(bytes - 1)))
  const expecting = async (path: string) => {
    const raw = connect(half(path, 2, { expect: '100-continue' }))
    const received = await raw.until('\r\n\r\n')
    if (received.startsWith('HTTP/1.1 100 ')) raw.socket.write('{}')
    else await raw.closed
    return [received.slice(9, 12), raw] as const
  }
  const line = () => invoiceBody('S1', ++sequenceNumber).toString()

  for (const [path, final] of [
    ['/v1/invoices', 'HTTP/1.1 422 '],
    [BATCH, 'HTTP/1.1 207 '],
  ] as const) {
    const [first, raw] = await expecting(path)
    assert.equal(first, '100')
    await raw.until(final)
  }
  take(BATCH, 190_000)
  await buffered(192_048)
  const waits = new Set<string>()
  for (let i = 0; i < 40; i++) {
    const refused = await upload(gateway, Buffer.alloc(190_000, 'x'))
    assert.equal(refused.status, 503)
    assert.equal(refused.document.type, '/problems/saturated')
    waits.add(refused.headers.get('retry-after') as string)
  }
  assert.deepEqual([...waits].sort(), ['1', '2', '3'], 'not all of them come back at once')
  assert.equal((await upload(gateway, line())).status, 200, 'a small one fits')
  assert.equal((await postOne(gateway)).status, 201)

  for (const bytes of [700_000, 90_000]) take('/v1/invoices', bytes)
  await buffered(192_048 + 702_048 + 92_048)
  assert.equal((await postOne(gateway)).status, 201)
  assert.equal((await upload(gateway, line())).status, 200)
  take('/v1/invoices', 600_000)
  const { statusCode, headers, body } = parseAnswer(await taken.at(-1)!.closed)
  assert.equal(statusCode, 503, 'it still lacks most of all')
  assert.match(headers['retry-after'] ?? '', /^[1-3]$/)
  assertMatchesContract(openapi, 'POST', '/v1/invoices', statusCode, headers['content-type'], body)
  assert.equal(await gateway.status('/readyz'), 200)

  for (const { socket } of taken) socket.destroy()
  await buffered(0)
  assert.equal((await postOne(gateway)).status, 201)
  assert.equal((await upload(gateway, line())).status, 200)
})

test('quotas: 429 says when to come back and means it; in an upload, later ones of the terminal are 424', async (t) => {
  const { gateway } = await startGateway(t, { QUOTA_TERMINAL_PER_MINUTE: '10', QUOTA_STORE_PER_MINUTE: '25' })
  const lines = (terminalId: string, count: number) =>
    Array.from({ length: count }, () =>
      JSON.stringify({ ...JSON.parse(invoiceBody('Q1', ++sequenceNumber).toString()), terminalId }),
    )
  const statusesOf = ({ document }: Awaited<ReturnType<typeof upload>>) => document.results?.map(({ status }) => status)

  const first = await upload(gateway, [...lines('T1', 12), ...lines('T2', 1)].join('\n'))
  assert.equal(first.status, 207)
  assert.deepEqual(statusesOf(first), [...Array(10).fill(201), 429, 424, 201])
  assert.ok(Number(first.headers.get('retry-after')) >= 1)

  const whole = await upload(gateway, lines('T1', 2).join('\n'))
  assert.equal(whole.status, 429, 'nothing of it was published')
  const single = await send(gateway.url, invoiceBody('Q1', ++sequenceNumber))
  for (const { status, headers } of [whole, single]) {
    assert.equal(status, 429)
    assert.equal(headers.get('ratelimit-policy'), '"terminal";q=10;w=60')
    assert.match(headers.get('ratelimit') ?? '', /^"terminal";r=0;t=[1-6]$/)
    assert.match(headers.get('retry-after') ?? '', /^[1-8]$/)
  }
  const store = await upload(gateway, [...lines('T3', 10), ...lines('T4', 10)].join('\n'))
  const taken = statusesOf(store)?.filter((status) => status === 201).length ?? 0
  assert.ok(taken >= 14 && taken < 20, `${taken}`)
  // Every 2.4 s the store may send one more, and the upload may have taken longer.
  let ofStore: Awaited<ReturnType<typeof send>>
  let more = -1
  do {
    ofStore = await send(gateway.url, Buffer.from(lines('T5', 1)[0] as string))
    more++
  } while (ofStore.status === 201)
  assert.equal(ofStore.status, 429)
  assert.equal(ofStore.headers.get('ratelimit-policy'), '"store";q=25;w=60')
  assert.equal((await send(gateway.url, invoiceBody('Q2', 1))).status, 201, 'other stores are not concerned')

  await sleep(1_000 * Number(single.headers.get('retry-after')))
  assert.equal((await send(gateway.url, invoiceBody('Q1', ++sequenceNumber))).status, 201, 'who comes as told is taken')
  const rejected = 2 + 2 + 1 + (20 - taken) + 1
  assertBalance(await balanceAt(gateway.adminUrl), { acknowledged: 11 + taken + more + 2, rejected })
})
