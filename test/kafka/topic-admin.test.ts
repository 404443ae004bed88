import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeTopic } from '../../src/kafka/topic-admin.ts'
import { FakeCluster } from './fake-broker.ts'

const UNKNOWN_TOPIC_OR_PARTITION = 3

test('a topic that one broker knows and another does not yet is missing for now, and no error', async (t) => {
  const cluster = await FakeCluster.start()
  t.after(() => cluster.stop())
  const session = {
    ...{ brokers: cluster.bootstrap, topic: cluster.topic, clientId: 'test', ssl: false, sasl: undefined },
    ...{ requestTimeoutMs: 1_000, connectionTimeoutMs: 500, onClientLog: () => {} },
  }
  cluster.settingsErrorCode = UNKNOWN_TOPIC_OR_PARTITION
  assert.equal(await describeTopic(session), 'missing')
  cluster.settingsErrorCode = 0
  const state = await describeTopic(session)
  assert.equal(typeof state === 'object' && state.partitions.length, 2)
})
