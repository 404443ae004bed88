import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import kafkajs from 'kafkajs'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { fetchRanges, type ReadSession, readTopic } from '../../src/kafka/read-topic.ts'

const RECORDS = 20_000
const VALUE = Buffer.alloc(1_000, 0x20)

let kafka: KafkaCluster
let session: ReadSession

before(async () => {
  kafka = await startKafka()
  await kafka.createTopic({ topic: 'read', partitions: 2 })
  const client = new kafkajs.Kafka({ brokers: kafka.bootstrap, logLevel: kafkajs.logLevel.NOTHING })
  const producer = client.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  for (let sent = 0; sent < RECORDS; sent += 500) {
    const messages = Array.from({ length: 500 }, () => ({ value: VALUE, partition: (sent / 500) % 2 }))
    await producer.send({ topic: 'read', messages })
  }
  await producer.disconnect()
  session = {
    brokers: kafka.bootstrap,
    topic: 'read',
    clientId: 'read-test',
    ssl: false,
    sasl: undefined,
    requestTimeoutMs: 8_000,
    connectionTimeoutMs: 3_000,
    onClientLog: () => {},
  }
})

after(() => kafka.stop())

test('the broker is killed and started again while a topic is read: every record comes once, in order', async () => {
  const ranges = await fetchRanges(session)
  const offsets: [number[], number[]] = [[], []]
  const progress: number[] = []
  let read = 0
  let restart: Promise<void> | undefined
  await readTopic(session, ranges, {
    onRecord: ({ partition, offset }) => {
      offsets[partition]?.push(offset)
      if (++read === 3_000) restart = killAndRestart()
    },
    onProgress: (done) => progress.push(done),
  })
  assert.ok(restart, 'it was killed')
  await restart
  const expected = Array.from({ length: RECORDS / 2 }, (_, offset) => offset)
  assert.deepEqual(offsets, [expected, expected])
  assert.equal(progress.at(-1), RECORDS)
  assert.deepEqual(
    progress,
    progress.toSorted((a, b) => a - b),
  )
})

test('only the offsets of the ranges are handed on', async () => {
  const offsets: string[] = []
  const ranges = [
    { partition: 0, from: 5, to: 8, end: 10_000 },
    { partition: 1, from: 9_999, to: 10_000, end: 10_000 },
  ]
  await readTopic(session, ranges, { onRecord: ({ partition, offset }) => offsets.push(`${partition}:${offset}`) })
  assert.deepEqual(offsets.sort(), ['0:5', '0:6', '0:7', '1:9999'])
})

test('an error of whoever takes the records ends the reading with it; so does an abort', async () => {
  const ranges = await fetchRanges(session)
  const onRecord = () => {
    throw new Error('enough')
  }
  await assert.rejects(readTopic(session, ranges, { onRecord }), /enough/)
  const stopping = new AbortController()
  const stopped = readTopic(session, ranges, { onRecord: () => stopping.abort(), signal: stopping.signal })
  await assert.rejects(stopped, /stopped/)
})

test('a topic that does not exist is an error, not an empty one', async () => {
  await assert.rejects(fetchRanges({ ...session, topic: 'nowhere' }))
})

test('when nothing arrives for a while, reading fails and says how much is left', async () => {
  const ranges = [{ partition: 0, from: 0, to: 10_001, end: 10_001 }] // one more than there is
  const reading = readTopic(session, ranges, { onRecord: () => {}, stallTimeoutMs: 1_000 })
  await assert.rejects(reading, /nothing of topic read arrived for 1000 ms, 1 offsets are left/)
})

async function killAndRestart(): Promise<void> {
  await kafka.brokers[0]?.kill()
  await kafka.brokers[0]?.start()
}
