import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { eventually } from '../../dev/kafka/eventually.ts'
import { connectInTime, createClient } from '../../src/kafka/client.ts'
import { API, FakeCluster } from './fake-broker.ts'

const DEADLINE_MS = 10_000
const CONCURRENT_TRANSACTIONS = 51
const NOT_COORDINATOR = 16

test('a client that connects when nobody waits for it any more leaves no connection', async (t) => {
  const cluster = await FakeCluster.start()
  t.after(() => cluster.stop())
  const broker = cluster.broker(1)
  broker.script = () => true // it answers nothing
  const admin = createClient({
    ...{ brokers: cluster.bootstrap, clientId: 'test', ssl: false, sasl: undefined },
    ...{ requestTimeoutMs: 30_000, connectionTimeoutMs: 30_000, onClientLog: () => {} },
  }).admin()
  await assert.rejects(connectInTime(admin, 50), /no answer within 50 ms/)
  const asked = () => broker.count(API.apiVersions)
  await eventually('it has asked', DEADLINE_MS, 5, async () => asked() > 0 || undefined)
  broker.script = null
  broker.resetConnections()
  await eventually('it connects once more', DEADLINE_MS, 5, async () => asked() > 1 || undefined)
  await eventually('its connection is closed', DEADLINE_MS, 5, async () => broker.openConnections === 0 || undefined)
})

test('that a transaction before has not ended yet is no warning; any other failure is', () => {
  const logged: string[] = []
  const client = createClient({
    ...{ brokers: ['127.0.0.1:1'], clientId: 'test', ssl: false, sasl: undefined },
    ...{ requestTimeoutMs: 1_000, connectionTimeoutMs: 1_000 },
    onClientLog: (level, message) => logged.push(`${level} ${message}`),
  })
  const { createErrorFromCode } = createRequire(import.meta.url)('kafkajs/src/protocol/error')
  for (const code of [CONCURRENT_TRANSACTIONS, NOT_COORDINATOR])
    client.logger().error(`answer ${code}`, { error: createErrorFromCode(code).message })
  assert.deepEqual(logged, ['debug answer 51', 'warn answer 16'])
})
