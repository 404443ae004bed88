import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Admin, type Consumer, type EachBatchPayload } from 'kafkajs'
import { type ClientOptions, clientConfig, INNER_RETRY } from './client-config.ts'
import { hardenKafkajs } from './hardening.ts'
import { type PartitionRange, Position } from './read-position.ts'
import { withAdmin } from './with-admin.ts'
import { within } from './within.ts'

/** How to reach the cluster, and which topic is read. */
export type ReadSession = ClientOptions & { readonly topic: string }

/** One record as it is in the log. */
export interface LogRecord {
  readonly partition: number
  readonly offset: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** As the client decodes them: buffers, and arrays of them where a name repeats. */
  readonly headers: Readonly<Record<string, unknown>>
}

export interface ReadOptions {
  /** Told of every record: of each partition in the order of offsets, the partitions in turns. */
  readonly onRecord: (record: LogRecord) => void
  /** Told after every batch how many offsets of all the ranges are behind. */
  readonly onProgress?: ((offsets: number) => void) | undefined
  /** Gives up when nothing arrives for this long. Default 30 s. */
  readonly stallTimeoutMs?: number
  /** Gives up when it is aborted. */
  readonly signal?: AbortSignal | undefined
}

const CLOSE_TIMEOUT_MS = 5_000
const PAUSE_BETWEEN_ATTEMPTS_MS = 250

/**
 * What each partition of the topic holds at this moment, by partition; with times (milliseconds since 1970) only from
 * the first record at or after `fromMs` on, and before the first at or after `toMs`. Rejects when the topic is missing.
 */
export async function fetchRanges(
  session: ReadSession,
  { fromMs, toMs }: { fromMs?: number | undefined; toMs?: number | undefined } = {},
): Promise<PartitionRange[]> {
  hardenKafkajs()
  return await withAdmin(new kafkajs.Kafka(clientConfig(session)), async (admin) => {
    const { topic } = session
    const bounds = await admin.fetchTopicOffsets(topic)
    const [first, last] = await Promise.all([offsetsAt(admin, topic, fromMs), offsetsAt(admin, topic, toMs)])
    return bounds
      .map(({ partition, low, high }) => {
        const end = Number(high)
        const to = Math.min(end, last.get(partition) ?? end)
        return { partition, from: Math.min(Math.max(Number(low), first.get(partition) ?? 0), to), to, end }
      })
      .sort((a, b) => a.partition - b.partition)
  })
}

/**
 * Reads the ranges of a topic and resolves when all of it was handed to `onRecord`, every record once, whatever
 * happens to the brokers meanwhile. Holds one fetch at a time; the next one waits until `onRecord` has had this one.
 * Rejects when nothing arrives for a while, on abort, and with what `onRecord` throws.
 *
 * kafkajs reads in consumer groups only: every attempt has one of its own (in that of a broken attempt it would have
 * to wait until the broker gives its former self up), commits nothing, and the groups are deleted in the end.
 */
export async function readTopic(
  session: ReadSession,
  ranges: readonly PartitionRange[],
  { onRecord, onProgress, stallTimeoutMs = 30_000, signal }: ReadOptions,
): Promise<void> {
  hardenKafkajs()
  const client = new kafkajs.Kafka(clientConfig(session))
  const position = new Position(ranges)
  const groupIds: string[] = []
  let failure: Error | undefined
  const watch = watchOver(stallTimeoutMs, signal, () => {
    const reason = failure === undefined ? '' : ` (${failure.message})`
    return `nothing of topic ${session.topic} arrived for ${stallTimeoutMs} ms, ${position.left} offsets are left${reason}`
  })
  const onPassed = () => {
    watch.refresh()
    onProgress?.(position.total - position.left)
  }
  try {
    while (position.left > 0) {
      const groupId = `tillgate-audit-${randomUUID()}`
      const consumer = client.consumer({ groupId, ...CONSUMER_SETTINGS })
      groupIds.push(groupId)
      try {
        const consuming = consume(consumer, { topic: session.topic, position, onRecord, onPassed })
        failure = await Promise.race([consuming, watch.given])
      } finally {
        await within(CLOSE_TIMEOUT_MS, consumer.disconnect())
      }
      if (position.left > 0) await Promise.race([sleep(PAUSE_BETWEEN_ATTEMPTS_MS), watch.given])
    }
  } finally {
    watch.end()
    if (groupIds.length > 0) {
      const deleting = withAdmin(client, (admin) => admin.deleteGroups(groupIds))
      await within(CLOSE_TIMEOUT_MS, deleting) // empty groups that are left expire by themselves
    }
  }
}

const CONSUMER_SETTINGS = {
  allowAutoTopicCreation: false,
  maxWaitTimeInMs: 250,
  sessionTimeout: 10_000,
  retry: { ...INNER_RETRY, restartOnFailure: async () => false },
}

interface Consumption {
  readonly topic: string
  readonly position: Position
  readonly onRecord: (record: LogRecord) => void
  /** Told when the position has moved. */
  readonly onPassed: () => void
}

/** One attempt. Resolves when all is read, or with why it goes no further; rejects with what `onRecord` throws. */
async function consume(consumer: Consumer, reading: Consumption): Promise<Error | undefined> {
  const { topic, position, onRecord, onPassed } = reading
  try {
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
  } catch (error) {
    return error as Error
  }
  return await new Promise((resolve, reject) => {
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      for (const partition of payload.memberAssignment[topic] ?? []) {
        const offset = position.next(partition)
        if (offset === undefined) consumer.pause([{ topic, partitions: [partition] }])
        else consumer.seek({ topic, partition, offset: String(offset) })
      }
    })
    const eachBatch = async ({ batch: { partition, messages } }: EachBatchPayload) => {
      try {
        for (const { offset, key, value, headers = {} } of messages) {
          const record = { partition, offset: Number(offset), key, value, headers }
          if (position.passTo(record)) onRecord(record)
        }
      } catch (error) {
        reject(error)
      }
    }
    let left = position.left
    // It comes after eachBatch, and after a fetch with nothing but transaction markers, which eachBatch never sees.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
      position.passTo({ partition, offset: Number(lastOffset) })
      if (position.next(partition) === undefined) consumer.pause([{ topic, partitions: [partition] }])
      if (position.left === left) return
      left = position.left
      onPassed()
      if (left === 0) resolve(undefined)
    })
    consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error))
    consumer.run({ autoCommit: false, eachBatch }).catch(resolve)
  })
}

/** A promise that only ever rejects: on abort, and when `refresh` was not called for a while. */
function watchOver(timeoutMs: number, signal: AbortSignal | undefined, stallMessage: () => string) {
  let end = () => {}
  let timer: NodeJS.Timeout | undefined
  const given = new Promise<never>((_, reject) => {
    const onAbort = () => reject(new Error('reading was stopped'))
    if (signal?.aborted) onAbort()
    signal?.addEventListener('abort', onAbort)
    timer = setTimeout(() => reject(new Error(stallMessage())), timeoutMs)
    end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
  })
  given.catch(() => {}) // nobody may be waiting at that moment; the next race sees it
  return { given, end, refresh: () => timer?.refresh() }
}

async function offsetsAt(admin: Admin, topic: string, timeMs: number | undefined): Promise<Map<number, number>> {
  if (timeMs === undefined) return new Map()
  const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, timeMs)
  return new Map(offsets.map(({ partition, offset }) => [partition, Number(offset)]))
}
