import kafkajs, { type ReplicaAssignment } from '../../src/kafka/kafkajs/index.ts'
import { eventually } from './eventually.ts'
import { type Address, fetchMetadata } from './metadata-request.ts'

/** The settings of a new topic. */
export interface NewTopic {
  topic: string
  partitions: number
  /** Default: the cluster's `default.replication.factor`. */
  replicationFactor?: number
  /** The brokers of each partition, the preferred leader first, instead of a replication factor; default: the cluster chooses. */
  assignment?: number[][]
  config?: Record<string, string>
}

const DEADLINE_MS = 60_000

/**
 * Creates a topic. Resolves when every broker of `bootstrap` that answers knows a leader for every partition. A topic
 * that exists is not changed; rejects if it has another number of partitions. Rejects after a minute.
 */
export async function createTopic(bootstrap: string[], options: NewTopic): Promise<void> {
  const admin = new kafkajs.Kafka({
    clientId: 'embedded-kafka',
    brokers: bootstrap,
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 20, initialRetryTime: 50, maxRetryTime: 1_000 },
  }).admin()
  const { topic, partitions, replicationFactor, assignment, config = {} } = options
  try {
    await admin.connect()
    await admin.createTopics({
      topics: [
        {
          topic,
          ...(assignment === undefined ? { numPartitions: partitions } : { replicaAssignment: assigned(assignment) }),
          ...(replicationFactor === undefined ? {} : { replicationFactor }),
          configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
        },
      ],
      waitForLeaders: false,
    })
  } finally {
    await admin.disconnect()
  }
  const addresses = bootstrap.map(toAddress)
  const found = await eventually(`topic ${topic} served by every broker`, DEADLINE_MS, 25, () =>
    served(addresses, topic),
  )
  if (found !== partitions) throw new Error(`topic ${topic} exists with ${found} partitions, not ${partitions}`)
}

function assigned(assignment: number[][]): ReplicaAssignment[] {
  return assignment.map((replicas, partition) => ({ partition, replicas }))
}

/** `host:port` taken apart. */
export function toAddress(hostAndPort: string): Address {
  const colon = hostAndPort.lastIndexOf(':')
  return { host: hostAndPort.slice(0, colon), port: Number(hostAndPort.slice(colon + 1)) }
}

/** How many partitions the topic has; undefined until the brokers that answer agree that all of them are served. */
async function served(addresses: Address[], topic: string): Promise<number | undefined> {
  const asked = await Promise.allSettled(addresses.map((address) => fetchMetadata(address, 2_000, topic)))
  const views = asked.filter((answer) => answer.status === 'fulfilled').map((answer) => answer.value.partitions)
  const ready = views.every((partitions) => partitions.length > 0 && partitions.every((it) => it.leader >= 0))
  return ready ? views[0]?.length : undefined
}
