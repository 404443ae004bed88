import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { eventually } from '../../dev/kafka/eventually.ts'
import { endThrottle, startThrottle } from '../../src/kafka/replication-throttle.ts'
import { API, FakeCluster } from './fake-broker.ts'

const RATE = 'leader.replication.throttled.rate'

/** Two brokers. `changes` are the requests to change settings, as text. */
async function startCluster(t: TestContext, { errorCode = 0 } = {}) {
  const cluster = await FakeCluster.start(2)
  t.after(() => cluster.stop())
  const changes: string[] = []
  for (const broker of cluster.brokers)
    broker.script = (request) => {
      if (request.apiKey !== API.incrementalAlterConfigs) return false
      changes.push(request.body.toString('latin1'))
      request.send(refusal(errorCode, 'in its own words'))
      return true
    }
  const session = {
    ...{ brokers: cluster.bootstrap, topic: cluster.topic, clientId: 'test', ssl: false, sasl: undefined },
    ...{ requestTimeoutMs: 1_000, connectionTimeoutMs: 500, onClientLog: () => {} },
  }
  return { cluster, session, changes }
}

function refusal(errorCode: number, message: string): Buffer {
  const answer = Buffer.alloc(12)
  answer.writeInt32BE(1, 4)
  answer.writeInt16BE(errorCode, 8)
  answer.writeInt16BE(message.length, 10)
  return Buffer.concat([answer, Buffer.from(message)])
}

test('a throttle has ended only when every broker says so, because brokers hear of a change late', async (t) => {
  const { cluster, session, changes } = await startCluster(t)
  cluster.settings = { [RATE]: '1000' }
  let hasEnded = false
  const ending = endThrottle(session).then(() => {
    hasEnded = true
  })
  await eventually('settings are asked for again', 30_000, 10, async () =>
    cluster.brokers.some((broker) => broker.count(API.describeConfigs) >= 3) ? true : undefined,
  )
  assert.equal(hasEnded, false)
  assert.equal(changes.length, 3, 'the topic and two brokers, though not one of them was asked what it has set')
  cluster.settings = {}
  await ending
})

test('the error of a broker that refuses a throttle is kept, with its words', async (t) => {
  const { session } = await startCluster(t, { errorCode: 31 })
  const throttle = { leaderReplicas: '0:1', followerReplicas: '0:2', brokers: [1, 2] }
  await assert.rejects(startThrottle(session, throttle, 1_000), { code: 31, message: 'in its own words' })
})
