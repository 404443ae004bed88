import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs from '../../../src/kafka/kafkajs/index.ts'
import { FakeCluster } from '../fake-broker.ts'
import { steadyClock } from '../steady-clock.ts'

const SESSION_MS = 3_000

test('without a new token a session goes on to its end; then nothing is sent, and the reason is the token', async (t) => {
  t.mock.method(performance, 'now', steadyClock())
  const cluster = await FakeCluster.start()
  t.after(() => cluster.stop())
  cluster.sessionMs = SESSION_MS
  let refusals: number | undefined
  const client = new kafkajs.Kafka({
    brokers: cluster.bootstrap,
    retry: { retries: 1, initialRetryTime: 50 },
    logCreator: () => () => {},
    sasl: {
      mechanism: 'oauthbearer',
      oauthBearerProvider: async () => {
        if (refusals === undefined) return { value: 'a token' }
        refusals++
        throw new kafkajs.KafkaJSError('the token server is away')
      },
    },
  })
  const producer = client.producer({ idempotent: true, allowAutoTopicCreation: false })
  t.after(() => producer.disconnect())
  await producer.connect()
  const broker = cluster.broker(1)
  const { connections } = broker
  const send = () => producer.send({ topic: cluster.topic, messages: [{ partition: 0, value: 'a' }] })

  refusals = 0
  const endsAtMs = performance.now() + SESSION_MS
  while (refusals === 0) {
    await send()
    await sleep(5)
  }
  assert.ok(performance.now() < endsAtMs, 'a renewal was due before the end')
  await send()
  assert.equal(broker.connections, connections)

  while (performance.now() < endsAtMs + 100) await sleep(5)
  await assert.rejects(send(), /the token server is away/)
  refusals = undefined
  await send()
  assert.equal(broker.connections, connections + 1)
})
