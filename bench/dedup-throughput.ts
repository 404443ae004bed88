import type { KafkaCluster } from '../dev/kafka/cluster.ts'
import { createStageTopics, produce, untilJudged } from '../test/harness/dedup.ts'
import { invoiceRecord } from './dedup-records.ts'
import { DEADLINE_MS, endStage, startBenchedStage } from './dedup-stage.ts'
import { cpuSeconds } from './processes.ts'

/** What one record costs, in processor time of the stage and of the broker that it reads from and writes to. */
export async function measureThroughput(kafka: KafkaCluster, records: number) {
  const topic = 'throughput'
  await createStageTopics(kafka, topic, 1)
  const messages = Array.from({ length: records }, (_, index) => invoiceRecord(index))
  const bytes = messages.reduce((sum, { value }) => sum + value.length, 0)
  await produce(kafka.bootstrap, topic, messages)
  const broker = kafka.brokers[0]?.pid as number
  const stage = await startBenchedStage(kafka, topic)
  const before = [cpuSeconds(stage.pid), cpuSeconds(broker)] as const
  await untilJudged(kafka.bootstrap, topic, DEADLINE_MS)
  const microseconds = ((cpuSeconds(stage.pid) - before[0]) / records) * 1e6
  const ofBroker = ((cpuSeconds(broker) - before[1]) / records) * 1e6
  await endStage(stage)
  return {
    records,
    'bytes of an invoice': Math.round(bytes / records),
    'us of processor time a record': Math.round(microseconds),
    'records/s on one core': Math.round(1e6 / microseconds),
    'us of the broker a record': Math.round(ofBroker),
  }
}
