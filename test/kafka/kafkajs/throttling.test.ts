import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { type TestContext, test } from 'node:test'
import { applyChanges } from '../../../src/kafka/kafkajs/changes.ts'
import type { Broker, RequestQueue } from '../../../src/kafka/kafkajs/internals.ts'

applyChanges()
const require = createRequire(import.meta.url)
const { prototype } = require('kafkajs/src/broker')
const Queue = require('kafkajs/src/network/requestQueue')

/** How often a connection is closed for a pause of an hour that the answer to this produce request asked for. */
async function closedFor(t: TestContext, request: { transactionalId?: string }): Promise<number> {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const queue: RequestQueue = new Queue({ logger: {}, broker: '127.0.0.1:9', isConnected: () => true })
  t.after(() => queue.destroy())
  let closed = 0
  queue.onLongPause = () => closed++
  const connectionPool = {
    pool: [{ requestQueue: queue }],
    sasl: null,
    send: async () => {
      const clientSideThrottleTime = 3_600_000
      queue.maybeThrottle(clientSideThrottleTime)
      return { topics: [], clientSideThrottleTime }
    },
  }
  const lookupRequest = () => (asked: object) => asked
  const broker: Broker = Object.assign(Object.create(prototype), {
    ...{ connectionPool, lookupRequest, isConnected: () => true },
  })
  const messages = [{ value: Buffer.from('a') }]
  const topicData = [{ topic: 'invoices', partitions: [{ partition: 0, messages }] }]
  await broker.produce({ acks: -1, timeout: 1_000, topicData, ...request })
  t.mock.timers.tick(20_000)
  return closed
}

test('a pause is not kept to its end', async (t) => {
  assert.equal(await closedFor(t, {}), 1)
})

test('but in a transaction it is: its end waits there, and is asked for only once', async (t) => {
  assert.equal(await closedFor(t, { transactionalId: 'tillgate-dedup.invoices.0' }), 0)
})
