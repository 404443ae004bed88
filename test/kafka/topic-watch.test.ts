import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { eventually } from '../../dev/kafka/eventually.ts'
import { TopicWatch } from '../../src/kafka/topic-watch.ts'
import { API, FakeCluster } from './fake-broker.ts'

const DEADLINE_MS = 20_000
const MISSING = 3

async function start(t: TestContext, { isOld = false, metadataMaxAgeMs = 50 } = {}) {
  let laterMs = 0
  const cluster = await FakeCluster.start()
  cluster.topicId = isOld ? undefined : 'a1'
  cluster.settings = { 'min.insync.replicas': '1' }
  const said: string[] = []
  const watch = new TopicWatch(
    {
      ...{ brokers: cluster.bootstrap, topic: cluster.topic, clientId: 'test', ssl: false, sasl: undefined },
      ...{ requestTimeoutMs: 1_000, connectionTimeoutMs: 500, metadataMaxAgeMs, partitions: 2 },
      onClientLog: (_, message) => said.push(message),
      now: () => performance.now() + laterMs,
    },
    (change) => said.push(change),
  )
  const stopping = new AbortController()
  t.after(async () => {
    stopping.abort()
    await watch.ask()
    await cluster.stop()
  })
  const begin = () => void watch.watch(stopping.signal)
  const pass = (ms: number) => {
    laterMs += ms
  }
  return { cluster, watch, said, begin, pass, asked: () => cluster.broker(1).count(API.metadata) }
}

const until = (what: string, condition: () => boolean) =>
  eventually(what, DEADLINE_MS, 10, async () => condition() || undefined)

test('what happens to the topic is seen without any other request, and that it is right again', async (t) => {
  const { cluster, watch, said, begin } = await start(t)
  await watch.ask()
  assert.deepEqual([watch.shape.reasons, watch.shape.partitions, watch.refusalOf(0)], [[], 2, null])
  begin()
  cluster.partitions = 4
  await until('partitions are seen', () => watch.shape.partitions === 4)
  cluster.partitions = 2
  cluster.settings = { 'min.insync.replicas': '2' }
  await until('the setting is seen', () => watch.refusalOf(0) === 'too-few-replicas')
  cluster.settings = { 'min.insync.replicas': '1' }
  cluster.topicErrorCode = MISSING
  await until('it is missing', () => watch.refusalOf(0) === 'topic-missing')
  cluster.topicErrorCode = 0
  cluster.topicId = 'b2'
  await until('it is back', () => watch.refusalOf(0) === null)
  assert.equal(watch.shape.warnings.length, 1)
  assert.ok(said.includes('recreated'))
})

test('brokers since Apache Kafka 3.7 store with as many replicas as there are: nothing is refused, only a warning', async (t) => {
  const { cluster, watch } = await start(t)
  cluster.isNew = true
  await watch.ask()
  cluster.settings = { 'min.insync.replicas': '2' }
  await watch.ask()
  assert.deepEqual([watch.shape.reasons, watch.refusalOf(0), watch.shape.warnings.length], [[], null, 1])
})

test('one answer of a broker that does not know the topic is not believed; the next is asked for soon', async (t) => {
  const { cluster, watch, said, asked, begin } = await start(t, { metadataMaxAgeMs: 3_000 })
  await watch.ask()
  cluster.topicErrorCode = MISSING
  await watch.ask()
  assert.equal(watch.refusalOf(0), null)
  cluster.topicErrorCode = 0
  const before = asked()
  begin()
  await until('it is asked again', () => asked() > before)
  await watch.ask()
  assert.deepEqual([watch.refusalOf(0), said], [null, []])
})

test('a failed attempt makes it ask at once, but not for each of many', async (t) => {
  const { watch, asked } = await start(t)
  watch.noteMissing()
  await watch.ask()
  const once = asked()
  for (let n = 0; n < 10; n++) watch.noteMissing()
  await watch.ask()
  assert.ok(asked() <= 2 * once)
})

test('without an answer, what was known holds', async (t) => {
  const { cluster, watch, pass } = await start(t)
  cluster.partitions = 4
  await watch.ask()
  await cluster.stop()
  await watch.ask()
  pass(30_000)
  assert.equal(watch.reasons.length, 1)
})

test('when nobody has said for a minute what the topic is like, nothing is refused for it', async (t) => {
  const { cluster, watch, pass } = await start(t)
  cluster.topicErrorCode = MISSING
  await watch.ask()
  await watch.ask()
  assert.deepEqual([watch.reasons.length, watch.refusalOf(0)], [1, 'topic-missing'])
  await cluster.stop()
  pass(61_000)
  await watch.ask()
  assert.deepEqual([watch.reasons, watch.refusalOf(0)], [[], null])
})

test('of brokers that are too old for topic ids, or a login that may not see the topic, nothing is known', async (t) => {
  const old = await start(t, { isOld: true })
  old.cluster.partitions = 4
  await old.watch.ask()
  assert.deepEqual([old.watch.shape.reasons, old.watch.shape.partitions], [[], undefined])
  const denied = await start(t)
  denied.cluster.topicErrorCode = 29
  await denied.watch.ask()
  assert.deepEqual([denied.watch.shape.reasons, denied.watch.refusalOf(0)], [[], null])
})
