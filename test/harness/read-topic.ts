import { randomUUID } from 'node:crypto'
import kafkajs from 'kafkajs'

/** One record of a topic, with where it is. */
export interface LogRecord {
  readonly partition: number
  readonly offset: bigint
  readonly key: string
  readonly value: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** Reads a whole topic, from the first record to the end that each partition has now. Rejects after `timeoutMs`. */
export async function readTopic(brokers: string[], topic: string, timeoutMs = 60_000): Promise<LogRecord[]> {
  const client = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING, retry: { retries: 10 } })
  const admin = client.admin()
  await admin.connect()
  const ends = await admin.fetchTopicOffsets(topic)
  await admin.disconnect()
  const missing = new Map(
    ends.filter(({ high, low }) => high !== low).map(({ partition, high }) => [partition, BigInt(high)]),
  )
  const records: LogRecord[] = []
  if (missing.size === 0) return records

  const consumer = client.consumer({ groupId: `read-${randomUUID()}`, maxWaitTimeInMs: 100, retry: { retries: 10 } })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`partitions ${[...missing.keys()]} were not read in time`)), timeoutMs)
      consumer
        .run({
          autoCommit: false,
          eachBatch: async ({ batch }) => {
            for (const { key, value, headers, offset } of batch.messages) {
              const text = Object.entries(headers ?? {}).map(([name, header]) => [name, String(header)] as const)
              records.push({
                partition: batch.partition,
                offset: BigInt(offset),
                key: String(key),
                value: value as Buffer,
                headers: Object.fromEntries(text),
              })
            }
            const end = missing.get(batch.partition)
            if (end !== undefined && BigInt(batch.lastOffset()) >= end - 1n) missing.delete(batch.partition)
            if (missing.size === 0) resolve()
          },
        })
        .catch(reject)
    })
  } finally {
    clearTimeout(timer)
    await consumer.disconnect()
  }
  return records
}
