import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { eventually } from '../../dev/kafka/eventually.ts'
import { type EndsWatch, watchEnds } from '../../src/kafka/topic-ends.ts'
import { API, FakeCluster, offsetsAnswer } from './fake-broker.ts'

const UNKNOWN_TOPIC_OR_PARTITION = 3
const TOPIC_AUTHORIZATION_FAILED = 29
const DEADLINE_MS = 10_000

/** Watches a topic with two records in partition 0 and none in partition 1. */
async function watch(
  t: TestContext,
  leastEnds: readonly number[],
  prepare: (cluster: FakeCluster) => void = () => {},
  more: Partial<EndsWatch> = {},
) {
  const cluster = await FakeCluster.start()
  cluster.append(0, { producerId: -1n, sequence: 0, values: ['a', 'b'] })
  prepare(cluster)
  const session = {
    ...{ brokers: cluster.bootstrap, topic: cluster.topic, clientId: 'test', ssl: false, sasl: undefined },
    ...{ requestTimeoutMs: 1_000, connectionTimeoutMs: 500, onClientLog: () => {} },
  }
  const told: [partition: number, end: number][] = []
  const stopping = new AbortController()
  const endsBefore = (partition: number, end: number) => void told.push([partition, end])
  const watching = watchEnds(
    session,
    {
      ...{ everyMs: 10, againAfterMs: 10, leastEnds: () => leastEnds, endsBefore },
      ...{ isChecked: () => true, unchecked: () => [], ...more },
    },
    stopping.signal,
  )
  t.after(async () => {
    stopping.abort()
    await watching
    await cluster.stop()
  })
  const broker = cluster.broker(1)
  const asked = (api: number, times: number) =>
    eventually('it was asked', DEADLINE_MS, 5, async () => broker.count(api) >= times || undefined)
  const untilTold = () => eventually('it is told', DEADLINE_MS, 5, async () => told.length >= 1 || undefined)
  return { broker, told, asked, untilTold }
}

test('a partition that ends before it must is told, once it was asked twice', async (t) => {
  const { broker, told, untilTold } = await watch(t, [3, 0])
  await untilTold()
  assert.deepEqual(told[0], [0, 2])
  assert.ok(broker.count(API.listOffsets) >= 4, 'each time for the start and the end')
})

test('a topic that is gone is told for every partition that must have records', async (t) => {
  const { told, untilTold } = await watch(t, [1, 0], (cluster) => {
    cluster.topicErrorCode = UNKNOWN_TOPIC_OR_PARTITION
  })
  await untilTold()
  assert.deepEqual(told[0], [0, 0])
})

test('nothing is told where all is right, and nothing is asked where nothing must be there', async (t) => {
  const right = await watch(t, [2, 0])
  const empty = await watch(t, [0, 0])
  await right.asked(API.listOffsets, 8)
  assert.deepEqual(right.told, [])
  assert.equal(empty.broker.count(API.listOffsets), 0)
})

test('nothing is told as long as there is no answer', async (t) => {
  const { broker, told, asked, untilTold } = await watch(t, [3, 0], (cluster) => {
    cluster.broker(1).script = ({ apiKey, send }) => {
      if (apiKey !== API.listOffsets) return false
      send(offsetsAnswer(cluster, TOPIC_AUTHORIZATION_FAILED))
      return true
    }
  })
  await asked(API.listOffsets, 4)
  assert.deepEqual(told, [])
  broker.script = () => false
  await untilTold()
})

test('what is unchecked is confirmed soon, and only if the partition reaches its end', async (t) => {
  const confirmed = new Set<number>()
  const leastEnds = [2, 3, 0]
  const unchecked = () =>
    leastEnds.flatMap((leastEnd, index) =>
      confirmed.has(index) ? [] : [{ partition: 0, leastEnd, confirm: () => void confirmed.add(index) }],
    )
  const { asked } = await watch(t, [0, 0], () => {}, { everyMs: 3_600_000, isChecked: () => false, unchecked })
  await asked(API.listOffsets, 8)
  assert.deepEqual([...confirmed].sort(), [0, 2])
})

test('nothing is confirmed without an answer', async (t) => {
  const more = {
    isChecked: () => false,
    unchecked: () => [{ partition: 0, leastEnd: 1, confirm: () => assert.fail('nobody said so') }],
  }
  const deny = (cluster: FakeCluster) => {
    cluster.broker(1).script = ({ apiKey, send }) => {
      if (apiKey !== API.listOffsets) return false
      send(offsetsAnswer(cluster, TOPIC_AUTHORIZATION_FAILED))
      return true
    }
  }
  const { asked, told } = await watch(t, [0, 0], deny, more)
  await asked(API.listOffsets, 4)
  assert.deepEqual(told, [])
})
