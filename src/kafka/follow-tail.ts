import { inTime, pause, within } from '../waiting.ts'
import { connectInTime, createClient } from './client.ts'
import { clusterOf, type DecodedRecord, type LentCluster } from './kafkajs/lent-cluster.ts'
import { boundsOf, fetchFrom } from './partition-reader.ts'
import type { TopicSession } from './topic-admin.ts'

export interface TailWatcher {
  /** The last records are read again: those that were told before are among them, or are gone. */
  readonly onBegin: () => void
  readonly onRecord: (record: DecodedRecord) => void
  /** Whether the topic can be read. */
  readonly onState: (isReadable: boolean) => void
}

/** Of each partition, about so many of the last records are read at first. */
const TAIL_OFFSETS = 40
const PAUSE_MS = 1_000
const OPERATION_TIMEOUT_MS = 5_000
const FETCH = { maxWaitMs: 100, maxBytes: 2 ** 20 }

/** Reads the last records of a topic and follows it, without a consumer group, until `signal` aborts. Never rejects. */
export async function followTail(
  session: TopicSession & { readonly partitions: number },
  watcher: TailWatcher,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const admin = createClient({ ...session, onClientLog: () => {} }).admin()
    try {
      await connectInTime(admin, OPERATION_TIMEOUT_MS)
      watcher.onBegin()
      await followOnce(clusterOf(admin), session, watcher, signal)
    } catch {
      watcher.onState(false)
    } finally {
      await within(OPERATION_TIMEOUT_MS, admin.disconnect()).catch(() => {}) // it is thrown away in any case
    }
    await pause(PAUSE_MS, signal)
  }
}

/** Rejects with the first error, such as a leader that has moved. */
async function followOnce(
  cluster: LentCluster,
  { topic, partitions }: TopicSession & { readonly partitions: number },
  { onRecord, onState }: TailWatcher,
  signal: AbortSignal,
): Promise<void> {
  await inTime(OPERATION_TIMEOUT_MS, cluster.addMultipleTargetTopics([topic]))
  const next = new Map<number, number>()
  for (let partition = 0; partition < partitions && !signal.aborted; partition++) {
    const { startOffset, endOffset } = await inTime(OPERATION_TIMEOUT_MS, boundsOf(cluster, { topic, partition }))
    next.set(partition, Math.max(startOffset, endOffset - TAIL_OFFSETS))
  }
  const leaders = Object.entries(cluster.findLeaderForPartitions(topic, [...next.keys()]))
  while (!signal.aborted) {
    for (const [nodeId, led] of leaders) {
      const leader = await inTime(OPERATION_TIMEOUT_MS, cluster.findBroker({ nodeId }))
      const asked = led.map((partition) => ({ partition, offset: next.get(partition) as number }))
      for (const [partition, { records, nextOffset }] of await inTime(
        OPERATION_TIMEOUT_MS,
        fetchFrom(leader, topic, asked, FETCH),
      )) {
        for (const record of records) onRecord(record)
        next.set(partition, nextOffset)
      }
    }
    onState(true)
    await pause(PAUSE_MS, signal)
  }
}
