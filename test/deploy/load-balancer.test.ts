import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, before, type TestContext, test } from 'node:test'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { freePorts } from '../../dev/kafka/ports.ts'
import { invoiceBody, scrape, send } from '../harness/exchange.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'
import { startLoad } from '../harness/load.ts'
import { type LoadBalancer, type StartBalancer, startHaproxy, startNginx } from '../harness/load-balancer.ts'
import { restart, untilServing } from '../harness/restart.ts'
import { assertDelivered } from '../harness/run.ts'
import type { SentInvoice } from '../harness/till.ts'
import { message, rawSocket } from '../http/raw-socket.ts'

const DEADLINE_MS = 30_000
const TILLS = 12

let kafka: KafkaCluster

before(async () => {
  kafka = await startKafka()
})

after(() => kafka?.stop())

/** Two gateways with the settings that are shipped, and a balancer before them; all ended with the test. */
async function startTwo(t: TestContext, start: StartBalancer, topic: string, settings: NodeJS.ProcessEnv = {}) {
  await kafka.createTopic({ topic, partitions: 6 })
  const environment = { KAFKA_BROKERS: kafka.bootstrap.join(), KAFKA_TOPIC: topic, KAFKA_PARTITIONS: '6', ...settings }
  const gateways: GatewayProcess[] = []
  t.after(() => Promise.all(gateways.map((gateway) => gateway.end('SIGKILL'))))
  for (const _ of [1, 2]) gateways.push(await GatewayProcess.start(environment))
  const [first, second] = gateways as [GatewayProcess, GatewayProcess]
  return { gateways, balancer: await startBefore(t, start, [addressOf(first), addressOf(second)]) }
}

async function startBefore(t: TestContext, start: StartBalancer, addresses: readonly [string, string]) {
  const balancer = await start(addresses)
  t.after(() => balancer.stop())
  return balancer
}

const addressOf = ({ url }: GatewayProcess) => new URL(url).host

/** Stops and starts one gateway after the other while tills send; resolves with all that they sent. */
async function rollUnderLoad(balancer: LoadBalancer, gateways: readonly GatewayProcess[]): Promise<SentInvoice[]> {
  const load = startLoad({ url: balancer.url, tills: TILLS, stores: 5, pauseMs: 5 })
  for (const gateway of gateways) await untilServing(gateway)
  for (const gateway of gateways) await restart(gateway, 'SIGTERM')
  const sent = await load.stop()
  assert.deepEqual(load.failures, [])
  return sent
}

const answersOf = (sent: readonly SentInvoice[]) =>
  sent.flatMap(({ answers }) => answers.map(({ status, outcome }) => `${status} ${outcome}`))

const counted = (texts: string[]) =>
  Object.entries(Object.groupBy(texts, (text) => text))
    .map(([text, all = []]) => `${all.length} x ${text}`)
    .join(', ')

test('rolling restart behind HAProxy under load: no till sees an error', async (t) => {
  const { gateways, balancer } = await startTwo(t, startHaproxy, 'rolling-haproxy')
  const sent = await rollUnderLoad(balancer, gateways)
  assert.deepEqual([...new Set(answersOf(sent))], ['201 acknowledged'], balancer.log())
  const { found } = await assertDelivered(kafka.bootstrap, 'rolling-haproxy', sent)
  assert.equal(found.duplicates, 0)
})

test('a restart behind nginx under load: a till may have to send again, nothing is lost or out of order', async (t) => {
  const { gateways, balancer } = await startTwo(t, startNginx, 'rolling-nginx')
  const sent = await rollUnderLoad(balancer, gateways.slice(0, 1))
  const { found } = await assertDelivered(kafka.bootstrap, 'rolling-nginx', sent)
  t.diagnostic(`${counted(answersOf(sent))}; twice because a till sent again: ${found.duplicates}`)
})

test('kill -9 of each gateway behind HAProxy: tills send again, nothing is lost or out of order', async (t) => {
  const { gateways, balancer } = await startTwo(t, startHaproxy, 'killed')
  const load = startLoad({ url: balancer.url, tills: TILLS, stores: 5, pauseMs: 5 })
  for (const gateway of gateways) await untilServing(gateway)
  for (const gateway of gateways) {
    await gateway.end('SIGKILL')
    await load.more(200)
    gateway.launch()
    await gateway.ready()
    await untilServing(gateway)
  }
  const sent = await load.stop()
  assert.deepEqual(load.failures, [])
  const { found } = await assertDelivered(kafka.bootstrap, 'killed', sent)
  t.diagnostic(`${counted(answersOf(sent))}; twice because a till sent again: ${found.duplicates}`)
})

for (const [name, start] of [
  ['HAProxy', startHaproxy],
  ['nginx', startNginx],
] as const) {
  for (const [method, path] of [
    ['POST', '/v1/invoices'],
    ['PUT', '/v1/stores/S1/terminals/T1/journals/J1/invoices/1'],
  ] as const) {
    test(`${name} never sends a ${method} to a second gateway when the first breaks off`, async (t) => {
      const requests: string[] = []
      const breaking = await startBreaking(t, requests)
      const balancer = await startBefore(t, start, [breaking, breaking])
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(balancer.url + path, { method, headers, body: invoiceBody('S1', 1).toString() })
      assert.equal(answer.status, 502)
      assert.equal(answer.headers.get('content-type'), 'application/problem+json')
      assert.equal(((await answer.json()) as { outcome: string }).outcome, 'unknown')
      assert.deepEqual(requests, [`${method} ${path} HTTP/1.1`])
    })
  }
}

test('what one gateway refuses is stored by the other, and the till never knows', async (t) => {
  const small = {
    BUFFER_MEMORY_BYTES: String(2 ** 20),
    UPLOAD_MAX_BYTES: '100000',
    UPLOAD_MAX_COMPRESSED_BYTES: '50000',
    BODY_GRACE_MS: '60000',
  }
  const { gateways, balancer } = await startTwo(t, startHaproxy, 'refused', { ...small, UPLOAD_MAX_INVOICES: '10' })
  const [full, other] = gateways as [GatewayProcess, GatewayProcess]
  await fillMemory(t, full)
  assert.equal((await send(full.url, invoiceBody('S1', 1))).status, 503)
  assert.equal(await full.status('/readyz'), 200)
  for (let i = 1; i <= 20; i++) assert.equal((await send(balancer.url, invoiceBody('S1', i))).status, 201)

  await fillMemory(t, other)
  const { status, document } = await send(balancer.url, invoiceBody('S1', 21))
  assert.equal(status, 503)
  assert.equal(document.outcome, 'rejected')
  assert.match(document.type ?? '', /saturated$/)
})

test('HAProxy logs no card number that a till sends in a path', async (t) => {
  const [first, second] = (await freePorts(2)) as [number, number]
  const balancer = await startBefore(t, startHaproxy, [`127.0.0.1:${first}`, `127.0.0.1:${second}`])
  for (const store of ['4111111111111111', '4111-1111-1111-1111']) {
    const path = `/v1/stores/${store}/terminals/T1/journals/J1/invoices/1?pan=4111111111111111`
    await (await fetch(balancer.url + path, { method: 'PUT', body: '{}' })).arrayBuffer()
  }
  const isLogged = async () => balancer.log().split('PUT /v1/stores/(masked)/terminals/T1/').length === 3 || undefined
  await eventually('both requests are logged', DEADLINE_MS, 50, isLogged)
  assert.doesNotMatch(balancer.log(), /1111/)
})

test('without any gateway HAProxy says itself that the invoice was rejected, and when to send again', async (t) => {
  const [first, second] = (await freePorts(2)) as [number, number]
  const balancer = await startBefore(t, startHaproxy, [`127.0.0.1:${first}`, `127.0.0.1:${second}`])
  const { status, headers, document } = await send(balancer.url, invoiceBody('S1', 1))
  assert.equal(status, 503)
  assert.equal(headers.get('content-type'), 'application/problem+json')
  assert.equal(headers.get('retry-after'), '2')
  assert.equal(document.outcome, 'rejected')
})

/** Takes the buffer of a gateway with a body of which the last byte never comes, and with requests whose bodies never begin. */
async function fillMemory(t: TestContext, { url, adminUrl }: GatewayProcess): Promise<void> {
  const begin = (bytes: number, body: string) => {
    const headers = { 'content-type': 'application/json', 'content-length': bytes }
    const { socket } = rawSocket(Number(new URL(url).port), message('POST /v1/invoices', headers, body))
    t.after(() => socket.destroy())
  }
  begin(800_000, 'x'.repeat(799_999))
  const used = () => scrape(adminUrl, 'tillgate_buffered_bytes')
  await eventually('the large body', DEADLINE_MS, 20, async () => (await used()) >= 800_000 || undefined)
  for (let i = 0; i < 130; i++) begin(2, '')
  await eventually('a full buffer', DEADLINE_MS, 20, async () => (await used()) > 2 ** 20 - 2_100 || undefined)
}

/** Something that says it is ready, reads invoices and breaks the connection; `requests` gets their first lines. */
async function startBreaking(t: TestContext, requests: string[]): Promise<string> {
  const [port] = (await freePorts(1)) as [number]
  const server = createServer((socket) => {
    let text = ''
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      text += chunk
      if (text.startsWith('GET')) {
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
      } else if (text.includes('\r\n\r\n{') && text.endsWith('}')) {
        requests.push(text.slice(0, text.indexOf('\r\n')))
        socket.destroy()
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  t.after(() => new Promise((resolve) => server.close(resolve)))
  return `127.0.0.1:${port}`
}
