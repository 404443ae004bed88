import { count } from '../terminal/count.ts'
import type { Replicas } from './spread.ts'

/** How much a topic holds. `meanBytes` is undefined if the size of a record is unknown. */
export interface HeldRecords {
  readonly records: ReadonlyMap<number, number>
  readonly meanBytes: number | undefined
}

/** What has to be copied over the network. */
export interface Copying {
  readonly records: number
  /** Estimated: records times their mean size. Undefined: unknown. */
  readonly bytes: number | undefined
  /** Into the broker that takes the most. */
  readonly mostBytes: number | undefined
}

/** What brokers have to copy for the changes. */
export function copyingOf(changes: readonly Replicas[], before: readonly Replicas[], held: HeldRecords): Copying {
  const into = new Map<number, number>()
  for (const { broker, partition } of newReplicas(changes, before))
    into.set(broker, (into.get(broker) ?? 0) + (held.records.get(partition) ?? 0))
  const records = [...into.values()].reduce((sum, one) => sum + one, 0)
  const most = Math.max(0, ...into.values())
  const bytesOf = (number: number) => {
    if (number === 0) return 0
    return held.meanBytes === undefined ? undefined : Math.round(number * held.meanBytes)
  }
  return { records, bytes: bytesOf(records), mostBytes: bytesOf(most) }
}

/** The copying in words; with a throttle, also how long it takes at least. */
export function copyingText({ records, bytes, mostBytes }: Copying, throttleBytes: number | undefined): string {
  if (records === 0) return 'Nothing to copy: the partitions are empty.'
  if (bytes === undefined) return `${count(records)} records are copied; how many bytes is unknown.`
  const text = `About ${megabytes(bytes)} are copied (${count(records)} records by their mean size)`
  if (throttleBytes === undefined || mostBytes === undefined) return `${text}, as fast as brokers can; see --throttle.`
  const minutes = mostBytes / throttleBytes / 60
  return `${text}, at ${megabytes(throttleBytes)}/s into each broker: at least ${minutes < 1 ? 'a minute' : `${count(Math.ceil(minutes))} minutes`}.`
}

/**
 * The replicas that a throttle has to name, as Kafka's own tool does: every present replica of a moving partition may
 * send, and the new ones receive. `brokers` are the brokers of all these replicas.
 */
export function throttleOf(changes: readonly Replicas[], before: readonly Replicas[]) {
  const moves = newReplicas(changes, before)
  const moving = new Set(moves.map(({ partition }) => partition))
  const senders = before
    .filter(({ partition }) => moving.has(partition))
    .flatMap(({ partition, replicas }) => replicas.map((broker) => ({ partition, broker })))
  const listed = (replicas: readonly { partition: number; broker: number }[]) =>
    replicas.map(({ partition, broker }) => `${partition}:${broker}`).join(',')
  return {
    leaderReplicas: listed(senders),
    followerReplicas: listed(moves),
    brokers: [...new Set([...senders, ...moves].map(({ broker }) => broker))].sort((a, b) => a - b),
  }
}

/** These replicas as `kafka-reassign-partitions.sh --reassignment-json-file` takes them. */
export function reassignmentJson(topic: string, partitions: readonly Replicas[]): string {
  const listed = partitions.map(({ partition, replicas }) => ({ topic, partition, replicas }))
  return JSON.stringify({ version: 1, partitions: listed })
}

function newReplicas(changes: readonly Replicas[], before: readonly Replicas[]) {
  const replicasOf = new Map(before.map(({ partition, replicas }) => [partition, replicas]))
  return changes.flatMap(({ partition, replicas }) =>
    replicas.filter((broker) => !replicasOf.get(partition)?.includes(broker)).map((broker) => ({ partition, broker })),
  )
}

function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${count(Math.ceil(bytes / 1e3))} kB` : `${count(Number((bytes / 1e6).toPrecision(3)))} MB`
}
