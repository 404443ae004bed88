import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import kafkajs, { type Admin } from '../../src/kafka/kafkajs/index.ts'
import { withAdmin } from '../harness/admin.ts'
import { startServe } from '../harness/cli-process.ts'
import { invoiceBody, scrape, send } from '../harness/exchange.ts'

const PARTITIONS = 6

let kafka: KafkaCluster

before(async () => {
  kafka = await startKafka()
})

after(() => kafka.stop())

/** A topic and a gateway that looks at it every second; its tills send only when the test says so. */
async function start(t: TestContext, topic: string) {
  const create = () => kafka.createTopic({ topic, partitions: PARTITIONS })
  await create()
  const gateway = await startServe({
    KAFKA_BROKERS: kafka.bootstrap.join(','),
    KAFKA_TOPIC: topic,
    KAFKA_PARTITIONS: String(PARTITIONS),
    KAFKA_METADATA_MAX_AGE_MS: '1000',
  })
  t.after(() => gateway.end())
  await gateway.untilReady()
  const change = (work: (admin: Admin) => Promise<unknown>) => withAdmin(kafka.bootstrap, work)
  return {
    gateway,
    create,
    change,
    remove: () => change((admin) => admin.deleteTopics({ topics: [topic] })),
    changes: (kind: string) => scrape(gateway.adminUrl, `tillgate_kafka_topic_changes_total{change="${kind}"}`),
    post: async (sequenceNumber: number) => {
      const { status, document } = await send(gateway.url, invoiceBody('S1', sequenceNumber))
      const { outcome, type, detail, offset } = document
      return { status, outcome, slug: type?.split('/').pop(), detail: String(detail), offset }
    },
    warnings: async () => {
      const body = (await (await fetch(`${gateway.adminUrl}/readyz`)).json()) as { warnings?: string[] }
      return body.warnings ?? []
    },
  }
}

test('a topic that is deleted, then created again: refused at once with the reason, then taken, and it is said to be another', async (t) => {
  const { gateway, create, remove, changes, post, warnings } = await start(t, 'deleted')
  assert.equal((await post(1)).status, 201)
  await remove()
  await gateway.untilNotReady('topic deleted is missing')
  const startedAtMs = performance.now()
  const { status, outcome, slug, detail } = await post(2)
  assert.deepEqual({ status, outcome, slug }, { status: 503, outcome: 'rejected', slug: 'topic-unusable' })
  assert.match(detail, /^The topic of the invoices is missing\./)
  assert.ok(performance.now() - startedAtMs < 15_000, 'half of the time that Kafka gets by default')
  assert.deepEqual(await (await fetch(`${gateway.url}/readyz`)).json(), { ready: false })
  await gateway.untilLogged(/"kafka topic deleted is missing/)

  await create()
  await gateway.untilReady()
  assert.match((await warnings()).join(), /^topic deleted is another one since .* name records that are gone$/)
  await gateway.untilLogged(/"kafka topic deleted is another one/)
  const stored = await post(2)
  assert.deepEqual([stored.status, stored.offset], [201, '0'])
  assert.equal((await post(1)).offset, '1', 'it is not in this topic, although it has a receipt')
  assert.deepEqual([await changes('deleted'), await changes('recreated'), await changes('right')], [1, 1, 1])
})

test('partitions that are added are seen without any invoice; each store still has its partition', async (t) => {
  const { gateway, change, create, remove, changes, post } = await start(t, 'grown')
  await change((admin) => admin.createPartitions({ topicPartitions: [{ topic: 'grown', count: 8 }] }))
  await gateway.untilNotReady('topic grown has 8 partitions, KAFKA_PARTITIONS is 6')
  assert.equal(await changes('partitions'), 1)
  assert.equal((await post(1)).status, 201)
  await remove()
  await create()
  await gateway.untilReady()
  assert.equal((await post(2)).status, 201)
})

test('min.insync.replicas beyond the replicas: brokers of today store all the same, so there is only a warning', async (t) => {
  const { gateway, change, changes, post, warnings } = await start(t, 'strict')
  const setMinInSync = (value: string) => {
    const configEntries = [{ name: 'min.insync.replicas', value }]
    const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: 'strict', configEntries }]
    return change((admin) => admin.alterConfigs({ validateOnly: false, resources }))
  }
  await setMinInSync('2')
  await gateway.untilLogged(/"kafka min\.insync\.replicas of topic strict is 2/)
  assert.equal((await post(1)).status, 201)
  assert.equal(await changes('min-insync-replicas'), 1)
  assert.deepEqual(await warnings(), ['min.insync.replicas of topic strict is 2; it was 1 at first'])
  await setMinInSync('1')
  await gateway.untilLogged(/"kafka min\.insync\.replicas of topic strict is 1/)
  assert.deepEqual(await warnings(), [])
})
