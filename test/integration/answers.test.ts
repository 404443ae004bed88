import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { assertBalance, balanceAt } from '../harness/balance.ts'
import { type Answered, invoiceBody, scrape, send } from '../harness/exchange.ts'
import { recordsOf } from '../harness/read-topic.ts'
import { startTestGateway } from '../harness/run.ts'

const PATH = '/v1/stores/S1/terminals/T1/journals/J1/invoices'

let kafka: KafkaCluster

before(async () => {
  kafka = await startKafka()
})

after(() => kafka.stop())

/** A ready gateway over a topic of its own, stopped with the test. */
async function startGateway(t: TestContext, topic: string, overrides: NodeJS.ProcessEnv = {}) {
  await kafka.createTopic({ topic, partitions: 6 })
  const gateway = await startTestGateway(kafka.bootstrap, topic, overrides)
  t.after(() => gateway.stop())
  await gateway.ready
  return gateway
}

function assertProblem({ status, document }: Answered, slug: string, expectedStatus: number): void {
  assert.equal(document.type, `/problems/${slug}`)
  assert.equal(status, expectedStatus)
}

test('PUT on the natural key stores the invoice; a path that names another one is refused', async (t) => {
  const { url } = await startGateway(t, 'put')
  const body = invoiceBody('S1', 7)
  const stored = await send(url, body, { method: 'PUT', path: `${PATH}/7` })
  assert.equal(stored.status, 201)
  assert.equal(stored.headers.get('location'), `${PATH}/7`)
  assertProblem(await send(url, body, { method: 'PUT', path: `${PATH}/8` }), 'identity-mismatch', 422)
  const log = await recordsOf(kafka.bootstrap, 'put')
  assert.deepEqual(
    log.map(({ value, partition, offset }) => [value?.equals(body), partition, String(offset)]),
    [[true, stored.document.partition, stored.document.offset]],
  )
})

test('an Idempotency-Key with another invoice than before is refused, and with the same one taken', async (t) => {
  const { url } = await startGateway(t, 'keys')
  const headers = { 'idempotency-key': 'f3b0' }
  assert.equal((await send(url, invoiceBody('S1', 1), { headers })).status, 201)
  assertProblem(await send(url, invoiceBody('S1', 2), { headers }), 'identity-mismatch', 422)
  const again = await send(url, invoiceBody('S1', 1), { headers })
  assert.deepEqual([again.status, again.headers.get('idempotent-replayed')], [201, 'true'])
  assert.equal((await send(url, invoiceBody('S1', 2))).status, 201)
  const log = await recordsOf(kafka.bootstrap, 'keys')
  assert.deepEqual(
    log.map(({ headers: { ce_id } }) => String(ce_id)),
    ['1', '2'],
  )
})

test('an invoice that is sent again while it is under way is one record with two equal receipts', async (t) => {
  const { url, adminUrl } = await startGateway(t, 'joined')
  const [broker] = kafka.brokers
  assert.equal((await send(url, invoiceBody('S1', 1))).status, 201)
  await broker?.freeze()
  t.after(() => broker?.thaw())
  const body = invoiceBody('S1', 2)
  const first = send(url, body)
  const untilBuffered = (what: string, isSo: (bytes: number) => boolean) =>
    eventually(what, 30_000, 10, async () => {
      const bytes = await scrape(adminUrl, 'tillgate_buffered_bytes')
      return isSo(bytes) ? bytes : undefined
    })
  const one = await untilBuffered('the first is under way', (bytes) => bytes > 0)
  const second = send(url, body)
  const put = send(url, body, { method: 'PUT', path: `${PATH}/2` })
  await untilBuffered('all three are', (bytes) => bytes === 3 * one)
  assert.equal(await scrape(adminUrl, 'tillgate_pending_records'), 1)
  const other = send(url, invoiceBody('S1', 2, { extensions: { other: 1 } }))
  const four = await untilBuffered('the other one waits', (bytes) => bytes > 3 * one)
  const leaving = new AbortController()
  const headers = { 'content-type': 'application/json' }
  const left = fetch(`${url}/v1/invoices`, { method: 'POST', headers, body, signal: leaving.signal })
  await untilBuffered('a fifth does', (bytes) => bytes === four + one)
  leaving.abort()
  await assert.rejects(left)

  broker?.thaw()
  const answers = await Promise.all([first, second, put])
  assertProblem(await other, 'identity-conflict', 422)
  for (const { status, document } of answers) {
    assert.equal(status, 201)
    assert.deepEqual(document, answers[0].document)
  }
  assert.equal(await scrape(adminUrl, 'tillgate_pending_records'), 0)
  // The one that did not wait for its answer has one, too.
  assertBalance(await balanceAt(adminUrl), { acknowledged: 5, rejected: 1 })
  const log = await recordsOf(kafka.bootstrap, 'joined')
  assert.deepEqual(
    log.map(({ headers: { ce_id } }) => String(ce_id)),
    ['1', '2'],
  )
  assert.ok(log[1]?.value?.equals(body))
})

test('a resend of an invoice that was answered unknown joins it while it is still under way', async (t) => {
  const { url, adminUrl } = await startGateway(t, 'resent', { DELIVERY_TIMEOUT_MS: '300', STALL_AFTER_MS: '200' })
  const [broker] = kafka.brokers
  // On a slow machine the first one may take longer than DELIVERY_TIMEOUT_MS.
  await eventually('the first is stored', 30_000, 10, async () => {
    return (await send(url, invoiceBody('S1', 1))).status === 201 || undefined
  })
  const told = await balanceAt(adminUrl)
  await broker?.freeze()
  t.after(() => broker?.thaw())
  const body = invoiceBody('S1', 2)
  assertProblem(await send(url, body), 'outcome-unknown', 504)
  assertProblem(await send(url, body), 'outcome-unknown', 504)
  broker?.thaw()
  await eventually('nothing is pending', 30_000, 10, async () =>
    (await scrape(adminUrl, 'tillgate_pending_records')) === 0 ? true : undefined,
  )
  assertBalance(await balanceAt(adminUrl), { ...told, unknown: told.unknown + 2 })
  const log = await recordsOf(kafka.bootstrap, 'resent')
  assert.deepEqual(
    log.map(({ headers: { ce_id } }) => String(ce_id)),
    ['1', '2'],
  )
})
