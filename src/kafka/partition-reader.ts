import { committedRecords, type DecodedRecord, type LentBroker, type LentCluster } from './kafkajs/lent-cluster.ts'
import { codeOf } from './verdict.ts'

/** Records of one partition whose transactions were committed. */
export interface ReadRecords {
  readonly records: readonly DecodedRecord[]
  /** Behind the last record, and behind offsets that hold none. */
  readonly nextOffset: number
  readonly startOffset: number
  readonly endOffset: number
}

const MAX_WAIT_MS = 500
/** Of a fetch, as it comes. Compressed invoices may be twenty times as much, and all of them are held at once. */
const MAX_BYTES = 2 ** 20
const READ_COMMITTED = 1
const READ_UNCOMMITTED = 0
export const OFFSET_OUT_OF_RANGE = 1
/** ListOffsets takes these for the first and the next offset. */
const [EARLIEST, LATEST] = [-2, -1] as const

/** The leader of a partition. */
export async function leaderOf(cluster: LentCluster, topic: string, partition: number): Promise<LentBroker> {
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]))
  if (nodeId === undefined) throw new Error(`topic ${topic} has no partition ${partition}`)
  return await cluster.findBroker({ nodeId })
}

/** Where a fetch of one partition begins. */
export interface FetchOffset {
  readonly partition: number
  readonly offset: number
}

/**
 * One fetch of a broker: committed records of some of its partitions, each from an offset on; perhaps none. Rejects with
 * the first error that the broker says of a partition.
 */
export async function fetchFrom(
  leader: LentBroker,
  topic: string,
  offsets: readonly FetchOffset[],
  { maxWaitMs: maxWaitTime, maxBytes }: { maxWaitMs: number; maxBytes: number },
): Promise<Map<number, ReadRecords>> {
  const asked = offsets.map(({ partition, offset }) => ({ partition, fetchOffset: offset, maxBytes }))
  const { responses } = await leader.fetch({
    replicaId: -1,
    isolationLevel: READ_COMMITTED,
    maxWaitTime,
    minBytes: 1,
    maxBytes,
    topics: [{ topic, partitions: asked }],
  })
  const answered = responses.find(({ topicName }) => topicName === topic)?.partitions ?? []
  const read = offsets.map(({ partition, offset }): [number, ReadRecords] => {
    const fetched = answered.find((one) => one.partition === partition)
    if (fetched === undefined) throw new Error(`the answer to a fetch does not name ${topic}-${partition}`)
    const last = fetched.messages.at(-1)?.batchContext
    return [
      partition,
      {
        records: committedRecords(topic, offset, fetched),
        nextOffset: last === undefined ? offset : Math.max(offset, Number(last.firstOffset) + last.lastOffsetDelta + 1),
        startOffset: Number(fetched.lastStartOffset),
        endOffset: Number(fetched.highWatermark),
      },
    ]
  })
  return new Map(read)
}

/**
 * One fetch: committed records from an offset on, perhaps none. Waits up to half a second for the first. `out-of-range` if no
 * record can be at the offset.
 */
export async function readFrom(
  cluster: LentCluster,
  { topic, partition }: { topic: string; partition: number },
  offset: number,
): Promise<ReadRecords | 'out-of-range'> {
  const leader = await leaderOf(cluster, topic, partition)
  try {
    const limits = { maxWaitMs: MAX_WAIT_MS, maxBytes: MAX_BYTES }
    const read = await fetchFrom(leader, topic, [{ partition, offset }], limits)
    return read.get(partition) as ReadRecords
  } catch (error) {
    if (codeOf(error) === OFFSET_OUT_OF_RANGE) return 'out-of-range'
    throw error
  }
}

/** The partition's first offset and its next one. */
export async function boundsOf(
  cluster: LentCluster,
  { topic, partition }: { topic: string; partition: number },
): Promise<{ startOffset: number; endOffset: number }> {
  const leader = await leaderOf(cluster, topic, partition)
  const ask = async (timestamp: number) => (await offsetsAt(leader, topic, [partition], timestamp)).get(partition)
  return { startOffset: (await ask(EARLIEST)) as number, endOffset: (await ask(LATEST)) as number }
}

/** The first offsets of some partitions of one leader. */
export function startsOf(
  leader: LentBroker,
  topic: string,
  partitions: readonly number[],
): Promise<Map<number, number>> {
  return offsetsAt(leader, topic, partitions, EARLIEST)
}

/** Rejects unless the answer has an offset for each partition. */
async function offsetsAt(
  leader: LentBroker,
  topic: string,
  partitions: readonly number[],
  timestamp: number,
): Promise<Map<number, number>> {
  const topics = [{ topic, partitions: partitions.map((partition) => ({ partition, timestamp })) }]
  const { responses } = await leader.listOffsets({ isolationLevel: READ_UNCOMMITTED, topics })
  const answered = responses.find((one) => one.topic === topic)?.partitions ?? []
  const offsets = new Map(answered.map(({ partition, offset }) => [partition, Number(offset)]))
  for (const partition of partitions)
    if ((offsets.get(partition) ?? -1) < 0) throw new Error(`the bounds of ${topic}-${partition} are not known`)
  return offsets
}
