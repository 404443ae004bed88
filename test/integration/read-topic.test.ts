import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { fetchMetadata } from '../../dev/kafka/metadata-request.ts'
import { toAddress } from '../../dev/kafka/topics.ts'
import { MAX_INFLATED_BYTES } from '../../src/kafka/kafkajs/codecs.ts'
import kafkajs from '../../src/kafka/kafkajs/index.ts'
import { fetchRanges, type LogRecord, type ReadSession, readTopic } from '../../src/kafka/read-topic.ts'
import { withAdmin } from '../harness/admin.ts'

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
    { partition: 0, start: 0, from: 5, to: 8, end: 10_000 },
    { partition: 1, start: 0, from: 9_999, to: 10_000, end: 10_000 },
  ]
  const onRecord = ({ partition, offset }: LogRecord) => void offsets.push(`${partition}:${offset}`)
  await readTopic(session, ranges, { onRecord })
  assert.deepEqual(offsets.sort(), ['0:5', '0:6', '0:7', '1:9999'])
})

test('a batch that inflates to more than there is room for ends the reading, with the reason', async () => {
  await kafka.createTopic({ topic: 'bomb', partitions: 1 })
  const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs
  const compress = async ({ buffer }: { buffer: Buffer }) => gzipSync(buffer)
  const codec = CompressionCodecs[CompressionTypes.GZIP]()
  CompressionCodecs[CompressionTypes.GZIP] = () => ({ ...codec, compress })
  const producer = new Kafka({ brokers: kafka.bootstrap, logLevel: logLevel.NOTHING }).producer()
  await producer.connect()
  const messages = [{ value: Buffer.alloc(MAX_INFLATED_BYTES) }]
  await producer.send({ topic: 'bomb', compression: CompressionTypes.GZIP, messages })
  await producer.disconnect()
  const bomb = { ...session, topic: 'bomb' }
  const reading = readTopic(bomb, await fetchRanges(bomb), { onRecord: () => {} })
  await assert.rejects(reading, {
    message: 'topic bomb cannot be read: a batch compressed with gzip inflates to more than 64 MiB',
  })
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
  const ranges = [{ partition: 0, start: 0, from: 0, to: 10_001, end: 10_001 }] // one more than there is
  const reading = readTopic(session, ranges, { onRecord: () => {}, stallTimeoutMs: 5_000 })
  await assert.rejects(reading, /nothing of topic read arrived for 5 s, 1 offsets are left/)
})

test('who takes a record may let it wait: nothing more comes until it is done, and the group lives on', async () => {
  const ranges = [{ partition: 0, start: 0, from: 0, to: 3, end: 10_000 }]
  const events: string[] = []
  await readTopic(session, ranges, {
    stallTimeoutMs: 5_000,
    onRecord: async ({ offset }) => {
      events.push(`begin ${offset}`)
      if (offset === 1) await sleep(6_000) // longer than it would wait for records
      events.push(`end ${offset}`)
    },
  })
  assert.deepEqual(events, ['begin 0', 'end 0', 'begin 1', 'end 1', 'begin 2', 'end 2'])
  await assert.rejects(
    readTopic(session, ranges, { onRecord: () => Promise.reject(new Error('disk full')) }),
    /disk full/,
  )
})

test('records that are deleted while it reads are passed over, and that is said before those behind them come', async () => {
  await makeTopic('deleted-meanwhile', 2)
  const events: string[] = []
  await readTopic(
    { ...session, topic: 'deleted-meanwhile' },
    await fetchRanges({ ...session, topic: 'deleted-meanwhile' }),
    {
      onRecord: async ({ partition, offset }) => {
        if (partition === 0) events.push(String(offset))
        if (partition === 0 && offset === 0) await deleteBelow('deleted-meanwhile', 0, 4_000)
      },
      onDeleted: (starts) => void events.push(`deleted ${starts.get(0)} ${starts.get(1)}`),
    },
  )
  const at = events.indexOf('deleted 4000 0')
  assert.ok(at > 0, 'it was said')
  assert.ok(Number(events[at - 1]) < 3_999, 'of records that had not come')
  assert.equal(events[at + 1], '4000')
  assert.equal(events.at(-1), '4999')
})

test('when all that is left is deleted, it is over', async () => {
  await makeTopic('deleted-all', 1)
  const deleted: unknown[] = []
  const ranges = await fetchRanges({ ...session, topic: 'deleted-all' })
  await deleteBelow('deleted-all', 0, 5_000)
  await readTopic({ ...session, topic: 'deleted-all' }, ranges, {
    onRecord: () => assert.fail('there is nothing'),
    onDeleted: (starts) => void deleted.push(...starts),
  })
  assert.deepEqual(deleted, [[0, 5_000]])
})

test('what onDeleted throws ends the reading', async () => {
  await makeTopic('deleted-enough', 1)
  const ranges = await fetchRanges({ ...session, topic: 'deleted-enough' })
  await deleteBelow('deleted-enough', 0, 10)
  const onDeleted = () => {
    throw new Error('enough')
  }
  const onRecord = () => assert.fail('what follows is not handed on')
  await assert.rejects(readTopic({ ...session, topic: 'deleted-enough' }, ranges, { onRecord, onDeleted }), /enough/)
})

test('a range without an end is followed, new partitions too, until it is stopped', async () => {
  await makeTopic('followed', 1)
  const ranges = (await fetchRanges({ ...session, topic: 'followed' })).map((range) => ({
    ...range,
    from: range.end,
    to: Number.POSITIVE_INFINITY,
  }))
  const stopping = new AbortController()
  const read: string[] = []
  const following = readTopic({ ...session, topic: 'followed' }, ranges, {
    onRecord: ({ partition, offset }) => void read.push(`${partition}:${offset}`),
    readsNewPartitions: true,
    stallTimeoutMs: 5_000,
    signal: stopping.signal,
  })
  following.catch(() => {})
  await sleep(6_000) // nothing comes for longer than the time-out, but the cluster answers
  await withAdmin(kafka.bootstrap, (admin) =>
    admin.createPartitions({ topicPartitions: [{ topic: 'followed', count: 2 }] }),
  )
  await eventually('the broker knows the new one', 30_000, 20, async () => {
    const { partitions } = await fetchMetadata(toAddress(kafka.bootstrap[0] as string), 2_000, 'followed')
    return (partitions.length === 2 && partitions.every(({ leader }) => leader >= 0)) || undefined
  })
  await fill('followed', 1, 1)
  await fill('followed', 0, 1)
  await eventually('both are read', 30_000, 50, async () => read.length >= 2 || undefined)
  assert.deepEqual(read.sort(), ['0:5000', '1:0'])
  stopping.abort()
  await assert.rejects(following, /stopped/)
})

async function makeTopic(topic: string, partitions: number): Promise<void> {
  await kafka.createTopic({ topic, partitions })
  for (let partition = 0; partition < partitions; partition++) await fill(topic, partition, 5_000)
}

async function fill(topic: string, partition: number, records: number): Promise<void> {
  const client = new kafkajs.Kafka({ brokers: kafka.bootstrap, logLevel: kafkajs.logLevel.NOTHING })
  const producer = client.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  for (let sent = 0; sent < records; sent += 500) {
    const messages = Array.from({ length: Math.min(500, records - sent) }, () => ({ value: VALUE, partition }))
    await producer.send({ topic, messages })
  }
  await producer.disconnect()
}

async function deleteBelow(topic: string, partition: number, offset: number): Promise<void> {
  await withAdmin(kafka.bootstrap, async (admin) => {
    await admin.fetchTopicOffsets(topic) // kafkajs deletes only of topics that it has asked for
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] })
  })
}

async function killAndRestart(): Promise<void> {
  await kafka.brokers[0]?.kill()
  await kafka.brokers[0]?.start()
}
