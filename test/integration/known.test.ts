import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { stageTopics } from '../../src/kafka/partition-owner.ts'
import { withAdmin } from '../harness/admin.ts'
import { type CliProcess, spawnCli } from '../harness/cli-process.ts'
import { createStageTopics } from '../harness/dedup.ts'
import { invoiceBody, type Sending, scrape, send } from '../harness/exchange.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'
import { recordsOf } from '../harness/read-topic.ts'

const TOPIC = 'sales'
const PARTITIONS = 2
const DEADLINE_MS = 20_000

let kafka: KafkaCluster
let gateways: GatewayProcess[] = []
let dedup: CliProcess

before(async () => {
  kafka = await startKafka()
  await createStageTopics(kafka, TOPIC, PARTITIONS)
  startDedup()
  gateways = await Promise.all([1, 2].map(() => GatewayProcess.start({ ...environment(), ...OF_GATEWAYS })))
  for (const { adminUrl } of gateways)
    await eventually('the journals belong to the topic', DEADLINE_MS, 50, async () => {
      return (await scrape(adminUrl, 'tillgate_journals_complete')) === 1 || undefined
    })
})

after(async () => {
  const ends = [...gateways.map((gateway) => gateway.end('SIGTERM')), dedup?.end()]
  await Promise.allSettled(ends)
  await kafka?.stop()
})

const environment = () => ({
  KAFKA_BROKERS: kafka.bootstrap.join(),
  KAFKA_TOPIC: TOPIC,
  KAFKA_PARTITIONS: String(PARTITIONS),
  KAFKA_COMPRESSION: 'zstd',
})
const OF_GATEWAYS = { JOURNALS_TOPIC: `${TOPIC}.journals`, KAFKA_METADATA_MAX_AGE_MS: '1000', DRAIN_DELAY_MS: '0' }

function startDedup(): void {
  dedup = spawnCli(['dedup'], { ...environment(), ADMIN_PORT: '0' })
}

/** The same invoice as other programs would write it: members in another order, other spacing. */
function serialisedAnew(body: Buffer): Buffer {
  const members = Object.entries(JSON.parse(String(body))).reverse()
  return Buffer.from(JSON.stringify(Object.fromEntries(members), null, 2))
}

const otherContent = (body: Buffer) =>
  Buffer.from(JSON.stringify({ ...JSON.parse(String(body)), receiptNumber: 'X-1' }))

const sendTo = (index: number, body: Buffer, options?: Sending) => send(gateways[index]!.url, body, options)
const isReplay = ({ headers }: { headers: Headers }) => headers.get('idempotent-replayed') === 'true'

/** How many records the raw topic has of a store. */
async function copiesOf(storeId: string): Promise<number> {
  const records = await recordsOf(kafka.bootstrap, TOPIC)
  return records.filter(({ key }) => String(key) === storeId).length
}

/** Resolves once an instance knows so many journals from `.journals`, with how long that took. */
async function untilJournals(index: number, count: number): Promise<number> {
  const beganMs = performance.now()
  await eventually(`${count} journals are known`, DEADLINE_MS, 20, async () => {
    const known = await scrape(gateways[index]!.adminUrl, 'tillgate_journals')
    return known === count || undefined
  })
  return Math.round(performance.now() - beganMs)
}

test('sent again to the same instance, an invoice is one record: in the same bytes, or serialised anew', async () => {
  const body = invoiceBody('S1', 1)
  const first = await sendTo(0, body)
  assert.deepEqual([first.status, isReplay(first)], [201, false])
  for (const again of [body, serialisedAnew(body)]) {
    const answer = await sendTo(0, again)
    assert.deepEqual([answer.status, isReplay(answer)], [201, true])
    assert.deepEqual(answer.document, first.document)
  }
  const path = '/v1/stores/S1/terminals/T1/journals/J1/invoices/1'
  const put = await sendTo(0, body, { method: 'PUT', path })
  assert.deepEqual([put.status, isReplay(put), put.document], [200, true, first.document])
  const other = await sendTo(0, otherContent(body))
  assert.deepEqual(
    [other.status, other.document.type, other.document.till],
    [422, '/problems/identity-conflict', 'quarantine'],
  )
  assert.equal(await copiesOf('S1'), 1)
})

test('sent to another instance, it is one record as soon as the stage has judged it', async (t) => {
  await untilJournals(1, 1)
  const body = invoiceBody('S2', 1)
  const first = await sendTo(0, body)
  assert.equal(first.status, 201)
  t.diagnostic(`known to the other instance after ${await untilJournals(1, 2)} ms`)
  for (const again of [body, serialisedAnew(body)]) {
    const answer = await sendTo(1, again)
    assert.deepEqual([answer.status, isReplay(answer)], [201, true])
    assert.deepEqual(answer.document, first.document)
  }
  assert.equal((await sendTo(1, otherContent(body))).status, 422)
  assert.equal(await copiesOf('S2'), 1)
})

test('in an upload, each invoice that is stored has its first receipt, marked as such; the others are stored', async () => {
  const bodies = [1, 2, 3].map((number) => invoiceBody('S3', number))
  const first = await sendTo(0, bodies[0] as Buffer)
  await untilJournals(1, 3)
  const answer = await fetch(`${gateways[1]!.url}/v1/invoices/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: [...bodies, otherContent(bodies[0] as Buffer)].join('\n'),
  })
  assert.equal(answer.status, 207)
  const { summary, results } = (await answer.json()) as { summary: object; results: Record<string, unknown>[] }
  assert.deepEqual(summary, { accepted: 3, rejected: 1, retry: 0 })
  assert.deepEqual(
    results.map(({ status, replayed = false }) => [status, replayed]),
    [
      [201, true],
      [201, false],
      [201, false],
      [422, false],
    ],
  )
  assert.deepEqual(results[0]?.receipt, first.document)
  assert.equal(await copiesOf('S3'), 3)
})

test('when the broker was killed and is back, the other instance goes on to know what is stored', async () => {
  const [broker] = kafka.brokers
  await broker?.kill()
  await broker?.start()
  const body = invoiceBody('S4', 1)
  const first = await eventually('it is stored', DEADLINE_MS, 200, async () => {
    const answer = await sendTo(0, body)
    return answer.status === 201 ? answer : undefined
  })
  await untilJournals(1, 4)
  const again = await sendTo(1, serialisedAnew(body))
  assert.deepEqual([again.status, isReplay(again), again.document], [201, true, first.document])
  assert.equal(await scrape(gateways[1]!.adminUrl, 'tillgate_journals_damaged'), 0)
})

test('when the topics are created anew, what was known counts no more', async () => {
  await dedup.end()
  const topics = [TOPIC, ...Object.values(stageTopics(TOPIC))]
  await withAdmin(kafka.bootstrap, (admin) => admin.deleteTopics({ topics }))
  await eventually('the topics are gone', DEADLINE_MS, 100, async () => {
    const left = await withAdmin(kafka.bootstrap, (admin) => admin.listTopics())
    return !left.some((name) => topics.includes(name)) || undefined
  })
  await createStageTopics(kafka, TOPIC, PARTITIONS)
  for (const [index, gateway] of gateways.entries()) {
    await eventually('nothing is known any more', DEADLINE_MS, 100, async () => {
      const own = await scrape(gateway.adminUrl, 'tillgate_replay_invoices')
      const seen = await scrape(gateway.adminUrl, 'tillgate_journals')
      return own + seen === 0 || undefined
    })
    await gateway.ready()
    const again = await eventually('it is stored', DEADLINE_MS, 200, async () => {
      const answer = await sendTo(index, invoiceBody('S2', 1 + index))
      return answer.status === 201 ? answer : undefined
    })
    assert.equal(isReplay(again), false)
  }
  assert.equal(await copiesOf('S2'), 2)
})
