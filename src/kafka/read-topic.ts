import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { backoffMs, pause, within } from '../waiting.ts'
import { type ClientOptions, createClient, INNER_RETRY, withAdmin } from './client.ts'
import { UnreadableBatch } from './kafkajs/codecs.ts'
import type { Admin } from './kafkajs/index.ts'
import { readOn } from './read-attempt.ts'
import { type PartitionRange, Position, type Starts } from './read-position.ts'
import { codeOf, rootCause } from './verdict.ts'

/** How to reach the cluster, and which topic is read. */
export type ReadSession = ClientOptions & { readonly topic: string }

/** One record as it is in the log. */
export interface LogRecord {
  readonly partition: number
  readonly offset: number
  /** Milliseconds since 1970: the producer's time or the broker's, depending on the topic's settings. */
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** As the client decodes them: buffers, or arrays of buffers if a name repeats. */
  readonly headers: Readonly<Record<string, unknown>>
}

export interface ReadOptions {
  /**
   * Called with every record: in the order of offsets within a partition, the partitions in turns. If it returns a
   * promise, the next record waits until that has resolved, however long it takes.
   */
  readonly onRecord: (record: LogRecord) => void | Promise<void>
  /** Called after every batch with the number of offsets, over all ranges, that are done. */
  readonly onProgress?: ((offsets: number) => void) | undefined
  /**
   * Called when records were deleted before they could be read, with the offsets at which the partitions start now. It
   * is called before `onRecord` gets the records behind the deleted ones.
   */
  readonly onDeleted?: ((starts: Starts) => void) | undefined
  /** Gives up when nothing arrives for this long. Default 30 s. */
  readonly stallTimeoutMs?: number
  /** Gives up when it is aborted. */
  readonly signal?: AbortSignal | undefined
  /** What the names of the reader's consumer groups begin with. Default `tillgate-audit`. */
  readonly groupPrefix?: string
  /** Whether to read partitions that are added meanwhile, too, from their beginning and without an end. */
  readonly readsNewPartitions?: boolean
}

const CLOSE_TIMEOUT_MS = 5_000
const PAUSE_BETWEEN_ATTEMPTS_MS = 250
/** After this long without a record, the reader checks whether the remaining records still exist. */
const QUIET_MS = 2_000
/** LEADER_NOT_AVAILABLE and NOT_LEADER_OR_FOLLOWER: the leader moves. kafkajs gives up at once. */
const LEADER_MOVES: ReadonlySet<number | undefined> = new Set([5, 6])
const LEADER_MOVES_FOR_MS = 10_000

/** Milliseconds since 1970. */
interface Times {
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
}

/**
 * What each partition of the topic holds now, sorted by partition. With times: from the first record at or after
 * `fromMs` on, up to but not including the first at or after `toMs`. While a leader moves, the brokers are asked again,
 * for some seconds. Rejects when the topic is missing.
 */
export async function fetchRanges(session: ReadSession, times: Times = {}): Promise<PartitionRange[]> {
  const deadlineMs = performance.now() + LEADER_MOVES_FOR_MS
  for (let failures = 0; ; failures++) {
    try {
      return await askRanges(session, times)
    } catch (error) {
      if (!LEADER_MOVES.has(codeOf(error)) || performance.now() > deadlineMs) throw error
      await sleep(backoffMs(failures))
    }
  }
}

async function askRanges(session: ReadSession, { fromMs, toMs }: Times): Promise<PartitionRange[]> {
  const { topic } = session
  return await withAdmin(createClient(session), async (admin) => {
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
}

/**
 * Reads the ranges of a topic. Resolves when every record of them was handed to `onRecord` once, whatever happens to
 * the brokers meanwhile. Records that are deleted before they are read are skipped. Holds one fetch at a time; the next
 * one waits until `onRecord` has taken this one. Rejects when nothing arrives for `stallTimeoutMs`, on abort, at a batch
 * that cannot be read (`UnreadableBatch`), and with what `onRecord` or `onDeleted` throws. A range with an infinite `to` is followed until abort, and fetches without
 * records are enough to keep it going.
 *
 * kafkajs reads only in consumer groups. Every attempt has a group of its own: in the group of a broken attempt, it
 * would have to wait until the broker drops the former member. The groups are deleted at the end.
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
    const message = `nothing of topic ${topic} arrived for ${stallTimeoutMs / 1_000} s${left}`
    return failure === undefined ? new Error(message) : new Error(message, { cause: failure })
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
        const cause = rootCause(failure)
        if (cause instanceof UnreadableBatch) throw new Error(`topic ${topic} cannot be read: ${cause.message}`)
      } finally {
        await within(CLOSE_TIMEOUT_MS, consumer.disconnect()).catch(() => {}) // the next attempt has its own consumer
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
      await within(CLOSE_TIMEOUT_MS, deleting).catch(() => {}) // empty groups expire by themselves
    }
  }
}

const CONSUMER_SETTINGS = {
  allowAutoTopicCreation: false,
  maxWaitTimeInMs: 250,
  metadataMaxAge: 10_000, // an added partition is noticed after this long at most
  sessionTimeout: 10_000,
  retry: { ...INNER_RETRY, restartOnFailure: async () => false },
}

/** Resolves when nothing is left to read. Deleted records never arrive and nothing reports them, so it has to ask. */
async function passWhatIsGone(
  position: Position,
  passDeleted: () => Promise<void>,
  signal: AbortSignal,
): Promise<undefined> {
  let left = position.left
  while (left > 0 && !signal.aborted) {
    await pause(QUIET_MS, signal)
    // An error can be ignored here: the same trouble stops the read attempt, which then ends.
    if (position.left === left && !signal.aborted) await passDeleted().catch(() => {})
    left = position.left
  }
}

/** Ends the reading: on abort, when `refresh` was not called for `timeoutMs`, and when work in `guard` fails. */
function watchOver(timeoutMs: number, signal: AbortSignal | undefined, stallError: () => Error) {
  const { promise: given, reject } = Promise.withResolvers<never>()
  given.catch(() => {}) // perhaps nobody is waiting at that moment; the next race sees it
  let isOver = false
  const fail = (error: unknown) => {
    isOver = true
    reject(error)
  }
  const onAbort = () => fail(new Error('reading was stopped'))
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort)
  const timer = setTimeout(() => fail(stallError()), timeoutMs)
  return {
    /** Never resolves; rejects when the reading has to end. */
    given,
    refresh: () => void timer.refresh(),
    /** Runs `work`, unless the reading is over. If it throws, or its promise rejects, that ends the reading. */
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
