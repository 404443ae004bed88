import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { createClient } from '../../src/kafka/client.ts'
import kafkajs, { type Message, type Transaction } from '../../src/kafka/kafkajs/index.ts'
import { clusterOf, type LentCluster } from '../../src/kafka/kafkajs/lent-cluster.ts'
import { leaderOf, readFrom } from '../../src/kafka/partition-reader.ts'
import { fetchRanges, readTopic } from '../../src/kafka/read-topic.ts'
import { readSession } from '../harness/read-topic.ts'

const SEGMENT_MS = 100
const COMPACTED_AT_ONCE = {
  'cleanup.policy': 'compact',
  'segment.ms': String(SEGMENT_MS),
  'min.cleanable.dirty.ratio': '0.01',
}

let kafka: KafkaCluster

before(async () => {
  kafka = await startKafka({ brokerConfig: { 'log.cleaner.backoff.ms': '200' } })
})

after(() => kafka.stop())

/** Sends the messages in one transaction, which is left open. */
async function begin(id: string, messages: Message[]): Promise<Transaction> {
  const client = new kafkajs.Kafka({ brokers: kafka.bootstrap, logLevel: kafkajs.logLevel.NOTHING })
  const producer = client.producer({ transactionalId: id, idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const transaction = await producer.transaction()
  await transaction.send({ topic: 'journals', messages })
  return transaction
}

/**
 * As compaction leaves it, when a process was killed: the records of an aborted transaction are gone. Their batch is the
 * last of its segment, because the marker went to the next one.
 */
async function plantEmptiedBatch(): Promise<void> {
  await kafka.createTopic({ topic: 'journals', partitions: 1, config: COMPACTED_AT_ONCE })
  await (await begin('one', [{ key: 'a', value: '1' }])).commit() // offsets 0 and 1
  await (await begin('one', [{ key: 'a', value: '2' }])).commit() // offsets 2 and 3
  const aborted = await begin(
    'two',
    ['x', 'y', 'z'].map((key) => ({ key, value: 'lost' })),
  ) // offsets 4 to 6
  await sleep(3 * SEGMENT_MS)
  await aborted.abort() // offset 7
}

/** Whether a fetch of the aborted records finds none of them any more. */
async function isEmptied(cluster: LentCluster): Promise<boolean> {
  const { responses } = await (await leaderOf(cluster, 'journals', 0)).fetch({
    ...{ replicaId: -1, isolationLevel: 0, maxWaitTime: 100, minBytes: 1, maxBytes: 1_000_000 },
    topics: [{ topic: 'journals', partitions: [{ partition: 0, fetchOffset: 4, maxBytes: 1_000_000 }] }],
  })
  return responses[0]?.partitions[0]?.messages.every(({ key }) => key === null) ?? false
}

/** Reads by single fetches until one moves nothing. */
async function readOn(cluster: LentCluster): Promise<{ offsets: number[]; next: number }> {
  const offsets: number[] = []
  for (let next = 0; ; ) {
    const read = await readFrom(cluster, { topic: 'journals', partition: 0 }, next)
    assert.ok(read !== 'out-of-range')
    offsets.push(...read.records.map(({ offset }) => Number(offset)))
    if (read.nextOffset === next) return { offsets, next }
    next = read.nextOffset
  }
}

test('a batch that compaction has emptied is passed, and an open transaction is waited for', {
  timeout: 120_000,
}, async () => {
  await plantEmptiedBatch()
  const session = readSession(kafka.bootstrap, 'journals')
  const admin = createClient(session).admin()
  await admin.connect()
  try {
    const cluster = clusterOf(admin)
    await cluster.addMultipleTargetTopics(['journals'])
    await eventually('it is compacted', 60_000, 100, async () => (await isEmptied(cluster)) || undefined)
    const open = await begin('three', [{ key: 'b', value: '1' }]) // offset 8
    const { offsets, next } = await readOn(cluster)
    assert.deepEqual([offsets.at(-1), next], [2, 8], 'single fetches')

    let passed = 0
    let isOver = false
    const read: number[] = []
    const ranges = (await fetchRanges(session)).map((range) => ({ ...range, to: 9, end: 9 })) // fetchRanges leaves out what is open
    const reading = readTopic(session, ranges, {
      onRecord: ({ offset }) => void read.push(offset),
      onProgress: (offsets) => {
        passed = offsets
      },
    }).finally(() => {
      isOver = true
    })
    const atOpen = eventually('it is at the open transaction', 60_000, 20, async () => passed >= 8 || undefined)
    await Promise.race([reading, atOpen])
    await readOn(cluster) // as long as a fetch waits
    assert.deepEqual([passed, isOver], [8, false])
    await open.commit()
    await reading
    assert.deepEqual([read.at(-2), read.at(-1)], [2, 8])
  } finally {
    await admin.disconnect()
  }
})
