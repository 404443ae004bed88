import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { pause, within } from '../waiting.ts'
import { type ClientOptions, createClient, INNER_RETRY, withAdmin } from './client.ts'
import type { Admin } from './kafkajs/index.ts'
import { readOn } from './read-attempt.ts'
import { type PartitionRange, Position, type Starts } from './read-position.ts'

/** How to reach the cluster, and which topic is read. */
export type ReadSession = ClientOptions & { readonly topic: string }

/** One record as it is in the log. */
export interface LogRecord {
  readonly partition: number
  readonly offset: number
  /** Milliseconds since 1970: the producer's time or the broker's, as the topic is set. */
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** As the client decodes them: buffers, and arrays of them where a name repeats. */
  readonly headers: Readonly<Record<string, unknown>>
}

export interface ReadOptions {
  /**
   * Told of every record: of each partition in the order of offsets, the partitions in turns. Where it returns a
   * promise, nothing more comes until that has resolved, however long it takes.
   */
  readonly onRecord: (record: LogRecord) => void | Promise<void>
  /** Told after every batch how many offsets of all the ranges are behind. */
  readonly onProgress?: ((offsets: number) => void) | undefined
  /**
   * Told when records were deleted before they could be read, and before it is told of those behind them: where the
   * partitions start now.
   */
  readonly onDeleted?: ((starts: Starts) => void) | undefined
  /** Gives up when nothing arrives for this long. Default 30 s. */
  readonly stallTimeoutMs?: number
  /** Gives up when it is aborted. */
  readonly signal?: AbortSignal | undefined
  /** What the names of its consumer groups begin with. Default `tillgate-audit`. */
  readonly groupPrefix?: string
  /** Whether partitions that are added meanwhile are read too, from their beginning and without an end. */
  readonly readsNewPartitions?: boolean
}

const CLOSE_TIMEOUT_MS = 5_000
const PAUSE_BETWEEN_ATTEMPTS_MS = 250
/** After so long without a record it is asked whether what is left is still there. */
const QUIET_MS = 2_000

/**
 * What each partition of the topic holds at this moment, by partition; with times (milliseconds since 1970) only from
 * the first record at or after `fromMs` on, and before the first at or after `toMs`. Rejects when the topic is missing.
 */
export async function fetchRanges(
  session: ReadSession,
  { fromMs, toMs }: { fromMs?: number | undefined; toMs?: number | undefined } = {},
): Promise<PartitionRange[]> {
  const { topic } = session
  const fetching = withAdmin(createClient(session), async (admin) => {
    const bounds = await admin.fetchTopicOffsets(topic)
    const [first, last] = await Promise.all([offsetsAt(admin, topic, fromMs), offsetsAt(admin, topic, toMs)])
    return bounds
      .map(({ partition, low, high }) => {
        const start = Number(low)
        const end = Number(high)
        const to = Math.min(end, last.get(partition) ?? end)
        return { partition, start, from: Math.min(Math.max(start, first.get(partition) ?? 0), to), to, end }
      })
      .sort((a, b) => a.partition - b.partition)
  })
  return await fetching.catch((error: Error) => {
    throw new Error(`topic ${topic} cannot be read: ${error.message}`, { cause: error })
  })
}

/**
 * Reads the ranges of a topic and resolves when all of it was handed to `onRecord`, every record once, whatever
 * happens to the brokers meanwhile; what is deleted before it was read is passed over. Holds one fetch at a time; the
 * next one waits until `onRecord` has had this one. Rejects when nothing arrives for a while, on abort, and with what
 * `onRecord` and `onDeleted` throw. A range whose `to` is infinite is followed until abort: no record need come.
 *
 * kafkajs reads in consumer groups only: every attempt has one of its own (in that of a broken attempt it would have
 * to wait until the broker gives its former self up), and the groups are deleted in the end.
 */
export async function readTopic(
  session: ReadSession,
  ranges: readonly PartitionRange[],
  options: ReadOptions,
): Promise<void> {
  const { onProgress, onDeleted, stallTimeoutMs = 30_000, groupPrefix = 'tillgate-audit' } = options
  const client = createClient(session)
  const { topic } = session
  const position = new Position(ranges)
  const isEndless = position.left === Number.POSITIVE_INFINITY
  let failure: Error | undefined
  const watch = watchOver(stallTimeoutMs, options.signal, () => {
    const left = isEndless ? '' : `, ${position.left} offsets are left`
    return `nothing of topic ${topic} arrived for ${stallTimeoutMs} ms${left}${failure ? ` (${failure.message})` : ''}`
  })
  const onPassed = () => {
    watch.refresh()
    onProgress?.(position.total - position.left)
  }
  const passDeleted = async () => {
    const starts = await withAdmin(client, (admin) => startsOf(admin, topic))
    if (!position.passDeleted(starts)) return
    onPassed()
    watch.guard(() => onDeleted?.(starts))
  }
  const reading = {
    ...{ topic, position, onPassed, passDeleted },
    take: (record: LogRecord) => watch.guard(() => options.onRecord(record)),
    onFetch: isEndless ? watch.refresh : () => {},
    onWait: watch.refresh,
    readsNewPartitions: options.readsNewPartitions ?? false,
  }
  const closing = new AbortController()
  const ends = [watch.given, ...(isEndless ? [] : [passWhatIsGone(position, passDeleted, closing.signal)])]
  const groupIds: string[] = []
  try {
    while (position.left > 0) {
      const groupId = `${groupPrefix}-${randomUUID()}`
      const consumer = client.consumer({ groupId, ...CONSUMER_SETTINGS })
      groupIds.push(groupId)
      try {
        failure = await Promise.race([readOn(consumer, reading), ...ends])
      } finally {
        await within(CLOSE_TIMEOUT_MS, consumer.disconnect()).catch(() => {}) // the next attempt has one of its own
      }
      if (position.left > 0) await Promise.race([sleep(PAUSE_BETWEEN_ATTEMPTS_MS), watch.given])
    }
    if (position.hasGaps) await Promise.race([passDeleted(), watch.given])
    await Promise.race([watch.given, Promise.resolve()]) // `onDeleted` may have thrown just now
  } finally {
    watch.end()
    closing.abort()
    if (groupIds.length > 0) {
      const deleting = withAdmin(client, (admin) => admin.deleteGroups(groupIds))
      await within(CLOSE_TIMEOUT_MS, deleting).catch(() => {}) // empty groups that are left expire by themselves
    }
  }
}

const CONSUMER_SETTINGS = {
  allowAutoTopicCreation: false,
  maxWaitTimeInMs: 250,
  metadataMaxAge: 10_000, // so long does a partition that was added go unnoticed
  sessionTimeout: 10_000,
  retry: { ...INNER_RETRY, restartOnFailure: async () => false },
}

/** Resolves when nothing is left to read. Of what was deleted nothing arrives, and nothing else would say so. */
async function passWhatIsGone(
  position: Position,
  passDeleted: () => Promise<void>,
  signal: AbortSignal,
): Promise<undefined> {
  let left = position.left
  while (left > 0 && !signal.aborted) {
    await pause(QUIET_MS, signal)
    // What keeps it from asking keeps the attempt from reading, and ends that.
    if (position.left === left && !signal.aborted) await passDeleted().catch(() => {})
    left = position.left
  }
}

/** Ends reading: on abort, when `refresh` was not called for a while, and when what `guard` runs fails. */
function watchOver(timeoutMs: number, signal: AbortSignal | undefined, stallMessage: () => string) {
  const { promise: given, reject } = Promise.withResolvers<never>()
  given.catch(() => {}) // nobody may be waiting at that moment; the next race sees it
  let isOver = false
  const fail = (error: unknown) => {
    isOver = true
    reject(error)
  }
  const onAbort = () => fail(new Error('reading was stopped'))
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort)
  const timer = setTimeout(() => fail(new Error(stallMessage())), timeoutMs)
  return {
    /** Only ever rejects. */
    given,
    refresh: () => void timer.refresh(),
    /** Runs `work`, unless it is over. What it throws, or its promise rejects with, ends the reading. */
    guard(work: () => void | Promise<void>): void | Promise<void> {
      if (isOver) return
      try {
        return work()?.catch(fail)
      } catch (error) {
        fail(error)
      }
    },
    end() {
      isOver = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    },
  }
}

async function startsOf(admin: Admin, topic: string): Promise<Starts> {
  const bounds = await admin.fetchTopicOffsets(topic)
  return new Map(bounds.map(({ partition, low }) => [partition, Number(low)]))
}

async function offsetsAt(admin: Admin, topic: string, timeMs: number | undefined): Promise<Map<number, number>> {
  if (timeMs === undefined) return new Map()
  const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, timeMs)
  return new Map(offsets.map(({ partition, offset }) => [partition, Number(offset)]))
}
