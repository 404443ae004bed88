import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { stageTopics } from '../../src/kafka/partition-owner.ts'
import type { LogRecord } from '../../src/kafka/read-topic.ts'
import { ASYNCAPI, recordErrors } from '../asyncapi/contract.ts'
import { TOKEN_HEADERS, TOKENS_REQUIRED } from '../harness/access.ts'
import { type CliProcess, spawnCli } from '../harness/cli-process.ts'
import { createStageTopics, untilJudged } from '../harness/dedup.ts'
import { invoiceBody, send } from '../harness/exchange.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'
import { recordsOf } from '../harness/read-topic.ts'
import { at } from '../http/contract.ts'

const TOPIC = 'pos.invoices'
const PARTITIONS = 2
const JUDGED_WITHIN_MS = 20_000

let kafka: KafkaCluster
let gateways: GatewayProcess[] = []
let dedup: CliProcess | undefined
/** Every record of each channel. */
let found: Record<string, LogRecord[]> = {}

/** What a till did that is no sale of today: the date is worth a warning, which goes into the headers. */
const LONG_AGO = { occurredAt: '2020-01-02T10:00:00+01:00', businessDate: '2020-01-02' }

before(async () => {
  kafka = await startKafka()
  await createStageTopics(kafka, TOPIC, PARTITIONS)
  const environment = {
    KAFKA_BROKERS: kafka.bootstrap.join(),
    KAFKA_TOPIC: TOPIC,
    KAFKA_PARTITIONS: String(PARTITIONS),
    DRAIN_DELAY_MS: '0',
  }
  dedup = spawnCli(['dedup'], { ...environment, ADMIN_PORT: '0' })
  gateways = await Promise.all(
    [TOKENS_REQUIRED, {}].map((tokens) => GatewayProcess.start({ ...environment, ...tokens })),
  )
  await sendAll(gateways.map(({ url }) => url) as [string, string])
  await untilJudged(kafka.bootstrap, TOPIC, JUDGED_WITHIN_MS)
  const names = Object.entries({ raw: TOPIC, ...stageTopics(TOPIC) })
  const read = names.map(async ([channel, topic]) => [channel, await recordsOf(kafka.bootstrap, topic)] as const)
  found = Object.fromEntries(await Promise.all(read))
})

after(async () => {
  await Promise.allSettled([...gateways.map((gateway) => gateway.end('SIGTERM')), dedup?.end()])
  await kafka?.stop()
})

/**
 * By POST, PUT and upload to a gateway that asks for tokens; again to the other one, which does not know of it; and other
 * content with a number that was taken.
 */
async function sendAll([one, other]: [string, string]): Promise<void> {
  const first = invoiceBody('S1', 1)
  const path = '/v1/stores/S1/terminals/T1/journals/J1/invoices/2'
  const traced = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }
  const answers = [
    await send(one, first, { headers: { ...TOKEN_HEADERS, ...traced } }),
    await send(one, invoiceBody('S1', 2), { method: 'PUT', path, headers: TOKEN_HEADERS }),
    await send(one, invoiceBody('S2', 1, LONG_AGO), { headers: TOKEN_HEADERS }),
    await send(other, first),
    await send(other, invoiceBody('S1', 2, { receiptNumber: 'X-2' })),
  ]
  assert.deepEqual(
    answers.map(({ status }) => status),
    [201, 201, 201, 201, 201],
  )
  const uploaded = await fetch(`${one}/v1/invoices/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', ...TOKEN_HEADERS },
    body: [3, 4].map((number) => invoiceBody('S1', number)).join('\n'),
  })
  assert.equal(uploaded.status, 200, await uploaded.text())
}

const headersOf = (channel: string, name: string) =>
  new Set((found[channel] ?? []).flatMap(({ headers }) => (headers[name] === undefined ? [] : [String(headers[name])])))

suite('the AsyncAPI document, and the records in Kafka', () => {
  test('all that was sent is there: raw, unique, conflicts and journals', () => {
    const counts = Object.entries(found).map(([channel, records]) => [channel, records.length > 0 && records.length])
    assert.deepEqual(counts.slice(0, 3), [
      ['raw', 7],
      ['unique', 5],
      ['conflicts', 1],
    ])
    assert.deepEqual(headersOf('raw', 'pos-ingest'), new Set(['live', 'upload']))
    assert.deepEqual(headersOf('raw', 'pos-principal'), new Set(['tills']))
    assert.deepEqual(headersOf('raw', 'pos-warnings'), new Set(['occurred-long-ago']))
    assert.deepEqual(headersOf('conflicts', 'pos-conflict'), new Set(['other-content']))
  })

  for (const channel of Object.keys(Object(at(ASYNCAPI, 'channels'))))
    test(`every record of ${channel} is as the document says`, () => {
      const records = found[channel] ?? []
      assert.notEqual(records.length, 0)
      for (const record of records) assert.deepEqual(recordErrors(channel, record), [])
    })

  test('every message of the document is among them, so that none is described for nothing', () => {
    const keys = new Set(found.journals?.map(({ key }) => String(key).replace(/^S\d.*/, 'journal')))
    assert.deepEqual(keys, new Set(['journal', '_position']))
  })

  test('a record of one channel is none of another, and without any one header it is none at all', () => {
    for (const [channel, records] of Object.entries(found))
      for (const other of Object.keys(found).filter((name) => name !== channel))
        for (const record of records) assert.notDeepEqual(recordErrors(other, record), [], `${channel} as ${other}`)
    const OPTIONAL = new Set(['pos-principal', 'pos-warnings', 'pos-first-offset'])
    for (const channel of ['raw', 'unique', 'conflicts'])
      for (const record of found[channel] ?? [])
        for (const name of Object.keys(record.headers).filter((name) => !OPTIONAL.has(name))) {
          const { [name]: _, ...headers } = record.headers
          assert.notDeepEqual(recordErrors(channel, { ...record, headers }), [], `${channel} without ${name}`)
        }
  })

  test('a record of the stage has the number of the partition of its raw record', () => {
    for (const channel of ['unique', 'conflicts'])
      for (const { partition, headers } of found[channel] ?? []) {
        const offset = Number(String(headers['pos-raw-offset']))
        const raw = found.raw?.find((record) => record.partition === partition && Number(record.offset) === offset)
        assert.equal(String(raw?.headers.ce_id), String(headers.ce_id))
      }
  })
})
