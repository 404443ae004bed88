import { createHash } from 'node:crypto'
import { inTime, within } from '../waiting.ts'
import { connectInTime, createClient } from './client.ts'
import { clusterOf } from './kafkajs/lent-cluster.ts'
import { readFrom } from './partition-reader.ts'
import type { TopicSession } from './topic-admin.ts'

/** A record without its value. */
export interface RecordOutline {
  readonly offset: string
  readonly timestampMs: number
  readonly key: string | null
  readonly headers: Readonly<Record<string, unknown>>
  readonly sizeBytes: number
  /** SHA-256 of its value, in hexadecimal. */
  readonly sha256: string
}

const TIMEOUT_MS = 5_000
const CLOSE_TIMEOUT_MS = 1_000

/**
 * Reads one record, without a consumer group. `undefined` if there is none at this offset any more. Rejects when Kafka
 * does not answer within five seconds.
 */
export async function readRecord(
  session: TopicSession,
  { partition, offset }: { partition: number; offset: number },
): Promise<RecordOutline | undefined> {
  const admin = createClient(session).admin()
  const reading = async () => {
    await connectInTime(admin, TIMEOUT_MS)
    const cluster = clusterOf(admin)
    await cluster.addMultipleTargetTopics([session.topic])
    return await readFrom(cluster, { topic: session.topic, partition }, offset)
  }
  try {
    const read = await inTime(TIMEOUT_MS, reading())
    const record = read === 'out-of-range' ? undefined : read.records.find((one) => Number(one.offset) === offset)
    if (record === undefined) return undefined
    const value = record.value ?? Buffer.alloc(0)
    return {
      offset: record.offset,
      timestampMs: Number(record.timestamp),
      key: record.key?.toString() ?? null,
      headers: record.headers,
      sizeBytes: value.length,
      sha256: createHash('sha256').update(value).digest('hex'),
    }
  } finally {
    await within(CLOSE_TIMEOUT_MS, admin.disconnect()).catch(() => {}) // it is thrown away in any case
  }
}
