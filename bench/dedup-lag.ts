import { setTimeout as sleep } from 'node:timers/promises'
import type { KafkaCluster } from '../dev/kafka/cluster.ts'
import { createClient } from '../src/kafka/client.ts'
import kafkajs from '../src/kafka/kafkajs/index.ts'
import { clusterOf } from '../src/kafka/kafkajs/lent-cluster.ts'
import { stageTopics } from '../src/kafka/partition-owner.ts'
import { readFrom } from '../src/kafka/partition-reader.ts'
import { createStageTopics } from '../test/harness/dedup.ts'
import { readSession } from '../test/harness/read-topic.ts'
import { invoiceRecord } from './dedup-records.ts'
import { DEADLINE_MS, endStage, startBenchedStage } from './dedup-stage.ts'

const RATE = 50
const WARM_UP_RECORDS = 5 * RATE

/**
 * How long after a record is sent to the raw topic a reader of committed records has it from `.unique`, at 50 records a
 * second, each sent by itself when it is due. The sending is in it.
 */
export async function measureLag(kafka: KafkaCluster, seconds: number) {
  const topic = 'lag'
  await createStageTopics(kafka, topic, 1)
  const stage = await startBenchedStage(kafka, topic)
  const records = RATE * seconds + WARM_UP_RECORDS
  const sentMs: number[] = []
  const [seenMs] = await Promise.all([
    read(kafka, stageTopics(topic).unique, records),
    send(kafka, topic, records, sentMs),
  ])
  await endStage(stage)
  const lags = seenMs
    .map((ms, index) => ms - (sentMs[index] as number))
    .slice(WARM_UP_RECORDS)
    .sort((a, b) => a - b)
  const at = (share: number) => Math.round((lags[Math.ceil(share * lags.length) - 1] as number) * 10) / 10
  return { 'records/s': RATE, records: lags.length, 'p50 ms': at(0.5), 'p99 ms': at(0.99), 'max ms': at(1) }
}

async function send(kafka: KafkaCluster, topic: string, records: number, sentMs: number[]): Promise<void> {
  const client = new kafkajs.Kafka({ brokers: kafka.bootstrap, logLevel: kafkajs.logLevel.NOTHING })
  const producer = client.producer({ createPartitioner: () => () => 0 })
  await producer.connect()
  const startMs = performance.now()
  const sending: Promise<unknown>[] = []
  for (let index = 0; index < records; index++) {
    await sleep(Math.max(0, startMs + (index * 1_000) / RATE - performance.now()))
    sentMs.push(performance.now())
    sending.push(producer.send({ topic, messages: [invoiceRecord(index)] }))
  }
  await Promise.all(sending)
  await producer.disconnect()
}

/** When each record of a partition was read, in the order of their offsets. */
async function read(kafka: KafkaCluster, topic: string, records: number): Promise<number[]> {
  const admin = createClient(readSession(kafka.bootstrap, topic)).admin()
  await admin.connect()
  const cluster = clusterOf(admin)
  await cluster.addMultipleTargetTopics([topic])
  const seenMs: number[] = []
  const endMs = performance.now() + DEADLINE_MS
  let next = 0
  while (seenMs.length < records) {
    if (performance.now() > endMs) throw new Error(`only ${seenMs.length} of ${records} records arrived`)
    const found = await readFrom(cluster, { topic, partition: 0 }, next)
    if (found === 'out-of-range') throw new Error(`there is no offset ${next}`)
    for (const _ of found.records) seenMs.push(performance.now())
    next = found.nextOffset
  }
  await admin.disconnect()
  return seenMs
}
