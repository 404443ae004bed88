import { randomUUID } from 'node:crypto'
import kafkajs, { type Admin, type Consumer, type EachBatchPayload, type Kafka } from 'kafkajs'
import { type ClientOptions, clientConfig } from './client-config.ts'
import { hardenKafkajs } from './hardening.ts'

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

/** The offsets of one partition from `from` on and below `to`. */
export interface PartitionRange {
  readonly partition: number
  readonly from: number
  readonly to: number
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

const CLOSE_TIMEOUT_MS = 10_000

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
    const ends = await admin.fetchTopicOffsets(topic)
    const [first, last] = await Promise.all([offsetsAt(admin, topic, fromMs), offsetsAt(admin, topic, toMs)])
    return ends
      .map(({ partition, low, high }) => {
        const to = Math.min(Number(high), last.get(partition) ?? Number.POSITIVE_INFINITY)
        return { partition, from: Math.min(Math.max(Number(low), first.get(partition) ?? 0), to), to }
      })
      .sort((a, b) => a.partition - b.partition)
  })
}

/**
 * Reads the ranges of a topic and resolves when all of it was handed to `onRecord`. Holds one fetch at a time; the
 * next one waits until `onRecord` has had this one. Rejects when nothing arrives for a while, on abort, and with what
 * `onRecord` throws. Reads with a consumer group of its own, commits nothing, and deletes the group.
 */
export async function readTopic(
  session: ReadSession,
  ranges: readonly PartitionRange[],
  options: ReadOptions,
): Promise<void> {
  const wanted = ranges.filter(({ from, to }) => from < to)
  if (wanted.length === 0) return
  hardenKafkajs()
  const client = new kafkajs.Kafka(clientConfig(session))
  const groupId = `tillgate-audit-${randomUUID()}`
  const consumer = client.consumer({ groupId, allowAutoTopicCreation: false, maxWaitTimeInMs: 250 })
  try {
    await consumer.connect()
    await consumer.subscribe({ topic: session.topic, fromBeginning: true })
    await consume(consumer, session.topic, wanted, options)
  } finally {
    await within(CLOSE_TIMEOUT_MS, consumer.disconnect())
    await within(
      CLOSE_TIMEOUT_MS,
      withAdmin(client, (admin) => admin.deleteGroups([groupId])),
    ) // an empty group that is left expires by itself
  }
}

async function consume(
  consumer: Consumer,
  topic: string,
  ranges: readonly PartitionRange[],
  { onRecord, onProgress, stallTimeoutMs = 30_000, signal }: ReadOptions,
): Promise<void> {
  // What was really handed on. A consumer that joins its group again starts afresh and is put back here.
  const position = new Position(ranges)
  let timer: NodeJS.Timeout | undefined
  let onAbort = () => {}
  try {
    await new Promise<void>((resolve, reject) => {
      onAbort = () => reject(new Error('reading was stopped'))
      signal?.addEventListener('abort', onAbort)
      if (signal?.aborted) onAbort()
      timer = setTimeout(() => {
        reject(
          new Error(`nothing of topic ${topic} arrived for ${stallTimeoutMs} ms, ${position.left} offsets are left`),
        )
      }, stallTimeoutMs)

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
        timer?.refresh()
        onProgress?.(position.total - left)
        if (left === 0) resolve()
      })
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) reject(payload.error)
      })
      consumer.run({ autoCommit: false, eachBatch }).catch(reject)
    })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

/** How far each partition was read. */
class Position {
  readonly #next = new Map<number, number>()
  readonly #ends = new Map<number, number>()
  readonly total: number
  #left: number

  constructor(ranges: readonly PartitionRange[]) {
    for (const { partition, from, to } of ranges) {
      this.#next.set(partition, from)
      this.#ends.set(partition, to)
    }
    this.total = ranges.reduce((sum, { from, to }) => sum + to - from, 0)
    this.#left = this.total
  }

  /** How many offsets of all ranges are still to be read. */
  get left(): number {
    return this.#left
  }

  /** The next offset that is wanted of a partition; undefined when there is none. */
  next(partition: number): number | undefined {
    const next = this.#next.get(partition)
    return next === this.#ends.get(partition) ? undefined : next
  }

  /** Moves behind an offset. False when that is not wanted, or no more. */
  passTo({ partition, offset }: { partition: number; offset: number }): boolean {
    const next = this.next(partition)
    if (next === undefined || offset < next) return false
    const end = this.#ends.get(partition) as number
    const after = Math.min(offset + 1, end)
    this.#next.set(partition, after)
    this.#left -= after - next
    return offset < end
  }
}

async function offsetsAt(admin: Admin, topic: string, timeMs: number | undefined): Promise<Map<number, number>> {
  if (timeMs === undefined) return new Map()
  const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, timeMs)
  return new Map(offsets.map(({ partition, offset }) => [partition, Number(offset)]))
}

async function withAdmin<T>(client: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = client.admin()
  try {
    await admin.connect()
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

/** Resolves when `work` has ended, well or not, or after `timeoutMs`. */
async function within(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  await Promise.race([work.catch(() => {}), deadline])
  clearTimeout(timer)
}
