import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { guardAttempts } from '../../../src/kafka/kafkajs/attempt-gate.ts'
import { applyChanges } from '../../../src/kafka/kafkajs/changes.ts'
import type { Broker } from '../../../src/kafka/kafkajs/internals.ts'

applyChanges()
const { prototype } = createRequire(import.meta.url)('kafkajs/src/broker')

test('a batch for a connection that is not up is no attempt', async () => {
  const connectionPool = { host: '127.0.0.1', port: 9, connectionTimeout: 1_000, pool: [] }
  const broker: Broker = Object.assign(Object.create(prototype), { connectionPool, isConnected: () => false })
  const messages = [{ value: Buffer.from('a') }]
  let attempts = 0
  guardAttempts(messages, { mayAttempt: () => ++attempts > 0, onError: () => {}, onHeld: () => {} })
  const sending = broker.produce({
    acks: -1,
    timeout: 1_000,
    topicData: [{ topic: 'invoices', partitions: [{ partition: 0, messages }] }],
  })
  await assert.rejects(sending, { name: 'KafkaJSConnectionClosedError', message: /Not connected/ })
  assert.equal(attempts, 0)
})
