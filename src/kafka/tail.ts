import { randomUUID } from 'node:crypto'
import kafkajs, { type KafkaMessage } from 'kafkajs'
import { type ClientOptions, clientConfig } from './client-config.ts'
import { hardenKafkajs } from './hardening.ts'

/** One record as it is in the log. */
export interface TailRecord {
  readonly partition: number
  readonly offset: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, string>>
}

export interface TailOptions {
  readonly from: 'beginning' | 'end'
  /** Ends the tail when it is aborted. */
  readonly signal: AbortSignal
  /** Told of every record, partition by partition in offset order; `false` ends the tail. */
  readonly onRecord: (record: TailRecord) => boolean
}

/**
 * Reads a topic until told to end. Joins with a consumer group of its own, which is deleted afterwards. Rejects when
 * the cluster cannot be reached, or the topic cannot be read.
 */
export async function tail(
  session: ClientOptions & { readonly topic: string },
  { from, signal, onRecord }: TailOptions,
): Promise<void> {
  hardenKafkajs()
  const client = new kafkajs.Kafka(clientConfig(session))
  const groupId = `tillgate-tail-${randomUUID()}`
  const consumer = client.consumer({ groupId, allowAutoTopicCreation: false, maxWaitTimeInMs: 250 })
  await consumer.connect()
  try {
    await consumer.subscribe({ topic: session.topic, fromBeginning: from === 'beginning' })
    await new Promise<void>((resolve, reject) => {
      let isEnded = signal.aborted
      const end = () => {
        isEnded = true
        resolve()
      }
      if (isEnded) return resolve()
      signal.addEventListener('abort', end, { once: true })
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) reject(payload.error)
      })
      const eachMessage = async ({ partition, message }: { partition: number; message: KafkaMessage }) => {
        if (!isEnded && !onRecord(toTailRecord(partition, message))) end()
      }
      consumer.run({ autoCommit: false, eachMessage }).catch(reject)
    })
  } catch (error) {
    throw new Error(`topic ${session.topic} cannot be read: ${(error as Error).message}`, { cause: error })
  } finally {
    await consumer.disconnect()
    await deleteGroup(client, groupId)
  }
}

function toTailRecord(partition: number, { offset, key, value, headers }: KafkaMessage): TailRecord {
  const text = Object.entries(headers ?? {}).map(([name, header]) => [name, String(header)] as const)
  return { partition, offset, key, value, headers: Object.fromEntries(text) }
}

async function deleteGroup(client: kafkajs.Kafka, groupId: string): Promise<void> {
  const admin = client.admin()
  try {
    await admin.connect()
    await admin.deleteGroups([groupId])
  } catch {
    // An empty group expires by itself.
  } finally {
    await admin.disconnect()
  }
}
