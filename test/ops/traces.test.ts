import assert from 'node:assert/strict'
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { freePorts } from '../../dev/kafka/ports.ts'
import { documentedLines, runLines } from '../clients/documented-lines.ts'
import { invoiceBody, send } from '../harness/exchange.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'
import { recordsOf } from '../harness/read-topic.ts'
import { startReceiver } from './otlp-receiver.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const EXAMPLE = 'examples/tracing'
/** As deep as a checkout, because an operator pastes the lines there. What an earlier run installed is kept. */
const CHECKOUT = join(ROOT, '.tools/tracing')
const TILLGATE = join(ROOT, 'bin/tillgate.js')
const SET_UP = join(CHECKOUT, EXAMPLE, 'tracing.js')
const TILL = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
const TRACEPARENT = `00-${TILL.traceId}-${TILL.spanId}-01`
const UPLOAD = '/v1/invoices/batch'

let kafka: KafkaCluster

before(async () => {
  const [install] = await documentedLines('Two minutes', 'docs/tracing.md')
  await cp(join(ROOT, EXAMPLE), join(CHECKOUT, EXAMPLE), {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  })
  ;[kafka] = await Promise.all([startKafka(), runLines([install as string], CHECKOUT)])
})

after(() => kafka?.stop())

/** A gateway whose spans go to `endpoint`, over a topic of its own. */
async function startTraced(t: TestContext, topic: string, endpoint: string): Promise<GatewayProcess> {
  await kafka.createTopic({ topic, partitions: 3 })
  const environment = {
    KAFKA_BROKERS: kafka.bootstrap.join(),
    KAFKA_TOPIC: topic,
    KAFKA_PARTITIONS: '3',
    DRAIN_DELAY_MS: '0',
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  }
  const gateway = await GatewayProcess.start(environment, ['--import', SET_UP, TILLGATE, 'serve'])
  t.after(() => gateway.end('SIGKILL'))
  return gateway
}

test('a collector gets the spans of an invoice and of an upload, and the records go on where these waited', async (t) => {
  const receiver = await startReceiver()
  t.after(receiver.stop)
  const gateway = await startTraced(t, 'traced', receiver.url)
  assert.match(gateway.output, /an OpenTelemetry SDK is loaded/)
  const headers = { traceparent: TRACEPARENT }
  assert.equal((await send(gateway.url, invoiceBody('S1', 1), { headers })).status, 201)
  const lines = Buffer.concat([invoiceBody('S2', 1), Buffer.from('\n'), invoiceBody('S2', 2)])
  const upload = { method: 'POST', headers: { ...headers, 'content-type': 'application/x-ndjson' }, body: lines }
  assert.equal((await fetch(gateway.url + UPLOAD, upload)).status, 200)
  assert.equal((await send(gateway.url, Buffer.from('{'), { headers })).status, 400)
  assert.deepEqual(await gateway.end('SIGTERM'), { code: 0, signal: null })

  const { spans, services, paths } = receiver
  assert.deepEqual([...paths], ['/v1/traces'])
  assert.deepEqual([...services], ['tillgate'])
  assert.ok(spans.every(({ traceId }) => traceId === TILL.traceId))
  const requests = spans.filter(({ parentSpanId }) => parentSpanId === TILL.spanId)
  const trees = requests.map(({ name, spanId, attributes }) => [
    name,
    Number(attributes['http.response.status_code']),
    ...spans
      .filter(({ parentSpanId }) => parentSpanId === spanId)
      .map((part) => part.name)
      .sort(),
  ])
  const parts = ['produce traced', 'validate', 'wait traced']
  assert.deepEqual(trees.sort(), [
    ['POST /v1/invoices', 201, ...parts],
    ['POST /v1/invoices', 400, 'validate'],
    [`POST ${UPLOAD}`, 200, ...parts],
  ])
  assert.equal(spans.length, 3 + 3 + 3 + 1)
  const waits = spans.filter(({ name }) => name === 'wait traced')
  for (const produce of spans.filter(({ name }) => name === 'produce traced')) {
    const wait = waits.find(({ parentSpanId }) => parentSpanId === produce.parentSpanId)
    assert.deepEqual(
      produce.links.map(({ spanId }) => spanId),
      [wait?.spanId],
    )
    assert.deepEqual(
      wait?.links.map(({ spanId }) => spanId),
      [produce.spanId],
    )
  }

  const records = await recordsOf(kafka.bootstrap, 'traced')
  const continued = records.map(({ headers }) => [headers['pos-ingest'], headers.traceparent].map(String).join(' '))
  const [live, uploaded] = ['POST /v1/invoices', `POST ${UPLOAD}`].map((name) => {
    const request = requests.find(
      (span) => span.name === name && span.status.code !== 2 && span.attributes['tillgate.problem'] === undefined,
    )
    const wait = waits.find(({ parentSpanId }) => parentSpanId === request?.spanId)
    return `00-${TILL.traceId}-${wait?.spanId}-01`
  })
  assert.deepEqual(continued.sort(), [`live ${live}`, `upload ${uploaded}`, `upload ${uploaded}`])
})

test('the image with the SDK is started as the gateway’s own, after the SDK', async () => {
  const entryPoint = async (path: string) => {
    const [, line] = /^ENTRYPOINT (.*)$/m.exec(await readFile(join(ROOT, path), 'utf8')) ?? []
    return JSON.parse(line ?? 'null')
  }
  const [node, ...gateway] = await entryPoint('Dockerfile')
  assert.deepEqual(await entryPoint(`${EXAMPLE}/Dockerfile`), [node, '--import', '/tracing/tracing.js', ...gateway])
})

test('without a collector invoices are stored, and the gateway ends in time', async (t) => {
  const [closed] = await freePorts(1)
  const gateway = await startTraced(t, 'untold', `http://127.0.0.1:${closed}`)
  assert.equal((await send(gateway.url, invoiceBody('S1', 1))).status, 201)
  assert.deepEqual(await gateway.end('SIGTERM'), { code: 0, signal: null })
})
