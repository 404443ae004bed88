import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fetchRanges } from '../../src/kafka/read-topic.ts'
import { API, FakeCluster, offsetsAnswer } from './fake-broker.ts'

const LEADER_NOT_AVAILABLE = 5
const NOT_LEADER = 6
const TOPIC_AUTHORIZATION_FAILED = 29

async function start(t: { after(hook: () => Promise<void>): void }) {
  const cluster = await FakeCluster.start()
  t.after(() => cluster.stop())
  cluster.append(0, { producerId: -1n, sequence: 0, values: ['a', 'b'] })
  const session = {
    ...{ brokers: cluster.bootstrap, topic: cluster.topic, clientId: 'test', ssl: false, sasl: undefined },
    ...{ requestTimeoutMs: 1_000, connectionTimeoutMs: 500, onClientLog: () => {} },
  }
  /** The next `count` questions are answered with the error code. */
  const refuse = (count: number, errorCode: number) => {
    let left = count
    cluster.broker(1).script = ({ apiKey, send }) => {
      if (apiKey !== API.listOffsets || left-- <= 0) return false
      send(offsetsAnswer(cluster, errorCode))
      return true
    }
  }
  return { cluster, session, refuse }
}

test('where a topic begins and ends is asked again while a leader moves', async (t) => {
  const { session, refuse } = await start(t)
  refuse(3, NOT_LEADER)
  const ranges = await fetchRanges(session)
  assert.deepEqual(
    ranges.map(({ partition, end }) => [partition, end]),
    [
      [0, 2],
      [1, 0],
    ],
  )
})

test('and while a leader is elected', async (t) => {
  const { cluster, session } = await start(t)
  cluster.topicErrorCode = LEADER_NOT_AVAILABLE
  setTimeout(() => {
    cluster.topicErrorCode = 0
  }, 1_500)
  assert.equal((await fetchRanges(session)).length, 2)
})

test('what does not heal is said at once', async (t) => {
  const { cluster, session, refuse } = await start(t)
  refuse(Number.POSITIVE_INFINITY, TOPIC_AUTHORIZATION_FAILED)
  await assert.rejects(fetchRanges(session), { code: TOPIC_AUTHORIZATION_FAILED })
  assert.equal(cluster.broker(1).count(API.listOffsets), 1)
})
