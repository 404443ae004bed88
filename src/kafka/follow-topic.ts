import { setImmediate as nextTurn } from 'node:timers/promises'
import { backoff, inTime, within } from '../waiting.ts'
import { connectInTime, createClient } from './client.ts'
import { clusterOf, type LentBroker, type LentCluster } from './kafkajs/lent-cluster.ts'
import { fetchFrom, OFFSET_OUT_OF_RANGE, startsOf } from './partition-reader.ts'
import type { TopicSession } from './topic-admin.ts'
import { otherPartitions } from './topic-shape.ts'
import { codeOf, rootCause } from './verdict.ts'

/** What a topic is followed for. Nothing of it may throw. */
export interface Follower {
  /** From now on come the records from the beginning of every partition: those that came before count no more. */
  begin(): void
  /** Committed records of a partition, in order. False: they are not those of the topic that was followed so far. */
  take(partition: number, records: readonly FollowedRecord[]): boolean
  /** After each answer: how many offsets of the partition are left. */
  left(partition: number, offsets: number): void
  /** Reading has stopped, and goes on soon. */
  failed(error: Error): void
}

export interface FollowedRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
}

/**
 * Of all partitions of a leader together. Records are decoded on the main thread, between the requests of tills: so
 * many take some milliseconds. A broker sends one batch even if it is larger.
 */
const FETCH_BYTES = 128 * 1_024
const MAX_WAIT_MS = 500
const OPERATION_TIMEOUT_MS = 30_000
const CLOSE_TIMEOUT_MS = 2_000
const PAUSE = { firstMs: 200, maxMs: 5_000 }

/** The topic is another one than before, or offsets that are needed are gone. */
class BeginAnew extends Error {
  constructor(topic: string) {
    super(`topic ${topic} is not the one that was read so far`)
  }
}

/**
 * Follows all partitions of a topic from the beginning until `signal` aborts, whatever happens to the brokers meanwhile.
 * Reads committed records only. It needs no consumer group: nobody else is to have a part of the partitions. Never
 * rejects.
 */
export async function followTopic(
  session: TopicSession & { readonly partitions: number },
  follower: Follower,
  signal: AbortSignal,
): Promise<void> {
  const next = new Map<number, number>()
  follower.begin()
  let failures = 0
  const onAnswer = () => {
    failures = 0
  }
  while (!signal.aborted) {
    const admin = createClient(session).admin()
    const attempt = { session, follower, next, onAnswer }
    try {
      await connectInTime(admin, OPERATION_TIMEOUT_MS)
      await followOnce(clusterOf(admin), attempt, signal)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof BeginAnew || codeOf(error) === OFFSET_OUT_OF_RANGE) {
        next.clear()
        follower.begin()
      }
      follower.failed(rootCause(error))
    } finally {
      await within(CLOSE_TIMEOUT_MS, admin.disconnect()).catch(() => {}) // it is thrown away in any case
    }
    await backoff(failures++, signal, PAUSE)
  }
}

interface Attempt {
  readonly session: TopicSession & { readonly partitions: number }
  readonly follower: Follower
  /** The next offset of each partition. */
  readonly next: Map<number, number>
  readonly onAnswer: () => void
}

/** Follows with one client until the first error, which it rejects with. Resolves when `signal` aborts. */
async function followOnce(cluster: LentCluster, attempt: Attempt, signal: AbortSignal): Promise<void> {
  const { topic, partitions } = attempt.session
  await inTime(OPERATION_TIMEOUT_MS, cluster.addMultipleTargetTopics([topic]))
  const found = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId)
  if (found.length !== partitions) throw new Error(otherPartitions(topic, found.length, partitions))
  const ending = new AbortController()
  const end = () => ending.abort()
  signal.addEventListener('abort', end)
  try {
    const leaders = Object.entries(cluster.findLeaderForPartitions(topic, found))
    await Promise.all(
      leaders.map(async ([nodeId, led]) => {
        const leader = await inTime(OPERATION_TIMEOUT_MS, cluster.findBroker({ nodeId }))
        await followLeader(leader, led, attempt, ending.signal)
      }),
    )
  } finally {
    ending.abort()
    signal.removeEventListener('abort', end)
  }
}

/** One request after the other, each for all partitions that the broker leads. */
async function followLeader(
  leader: LentBroker,
  partitions: readonly number[],
  { session: { topic }, follower, next, onAnswer }: Attempt,
  signal: AbortSignal,
): Promise<void> {
  for (const [partition, start] of await inTime(OPERATION_TIMEOUT_MS, startsOf(leader, topic, partitions)))
    if (!next.has(partition)) next.set(partition, start)
  for (let turn = 0; !signal.aborted; turn++) {
    // The first partitions of a request are served first.
    const first = turn % partitions.length
    const order = [...partitions.slice(first), ...partitions.slice(0, first)]
    const asked = order.map((partition) => ({ partition, offset: next.get(partition) as number }))
    const limits = { maxWaitMs: MAX_WAIT_MS, maxBytes: FETCH_BYTES }
    const answers = await inTime(OPERATION_TIMEOUT_MS, fetchFrom(leader, topic, asked, limits))
    if (signal.aborted) return
    onAnswer()
    for (const [partition, { records, nextOffset, endOffset }] of answers) {
      if (!follower.take(partition, records)) throw new BeginAnew(topic)
      next.set(partition, nextOffset)
      follower.left(partition, Math.max(endOffset - nextOffset, 0))
    }
    await nextTurn()
  }
}
