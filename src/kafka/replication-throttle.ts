import { setTimeout as sleep } from 'node:timers/promises'
import { alterSettings } from './kafkajs/alter-settings.ts'
import kafkajs, { type Admin } from './kafkajs/index.ts'
import { clusterOf, type LentBroker, type LentCluster } from './kafkajs/lent-cluster.ts'
import { fetchBrokers, onCluster, type TopicSession } from './topic-admin.ts'

/** Which replicas are throttled, as the topic's settings list them (`PARTITION:BROKER,...`), and on which brokers. */
export interface ReplicationThrottle {
  readonly leaderReplicas: string
  readonly followerReplicas: string
  readonly brokers: readonly number[]
}

const { TOPIC, BROKER } = kafkajs.ConfigResourceTypes
const LISTS = { leader: 'leader.replication.throttled.replicas', follower: 'follower.replication.throttled.replicas' }
const RATES = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate']
/** The source of a setting: it was set on this topic, or on this broker. */
const SET_HERE: ReadonlySet<number> = new Set([1, 2])

const OBEYED_WITHIN_MS = 10_000
const OBEYED_POLL_MS = 100

/** Limits the copying of these replicas to `bytesPerSecond` into and out of each broker. */
export async function startThrottle(
  session: TopicSession,
  throttle: ReplicationThrottle,
  bytesPerSecond: number,
): Promise<void> {
  const lists = { [LISTS.leader]: throttle.leaderReplicas, [LISTS.follower]: throttle.followerReplicas }
  await onCluster(session, async (admin) => {
    const cluster = await clusterWith(admin, session.topic)
    for (const id of throttle.brokers) await alterRates(await brokerOf(cluster, id), id, String(bytesPerSecond))
    await alterLists(cluster, session.topic, lists)
  })
}

/**
 * Removes every throttle of replication from the topic and from all brokers that serve now. Resolves when each of these
 * brokers has heard of it. Rejects when one has not within ten seconds, and when there is no answer.
 */
export async function endThrottle(session: TopicSession): Promise<void> {
  const ids = (await fetchBrokers(session)).map(({ id }) => id)
  await onCluster(session, async (admin) => {
    const cluster = await clusterWith(admin, session.topic)
    await alterLists(cluster, session.topic, { [LISTS.leader]: undefined, [LISTS.follower]: undefined })
    for (const id of ids) await alterRates(await brokerOf(cluster, id), id, undefined)
    for (const id of ids) await untilObeyed(await brokerOf(cluster, id), id, session.topic)
  })
}

/** The cluster, which knows its brokers once it has asked for the metadata of a topic. */
async function clusterWith(admin: Admin, topic: string): Promise<LentCluster> {
  const cluster = clusterOf(admin)
  await cluster.addMultipleTargetTopics([topic])
  return cluster
}

function brokerOf(cluster: LentCluster, id: number): Promise<LentBroker> {
  return cluster.findBroker({ nodeId: String(id) })
}

async function alterLists(
  cluster: LentCluster,
  topic: string,
  lists: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const broker = await cluster.brokerPool.findConnectedBroker()
  await alterSettings(broker, { type: TOPIC, name: topic }, lists)
}

async function alterRates(broker: LentBroker, id: number, rate: string | undefined): Promise<void> {
  await alterSettings(broker, { type: BROKER, name: String(id) }, Object.fromEntries(RATES.map((name) => [name, rate])))
}

/** Brokers hear of a change only after the controller has made it: until then they throttle, and say so. */
async function untilObeyed(broker: LentBroker, id: number, topic: string): Promise<void> {
  const asked = {
    resources: [
      { type: TOPIC, name: topic, configNames: Object.values(LISTS) },
      { type: BROKER, name: String(id), configNames: RATES },
    ],
  }
  const endMs = performance.now() + OBEYED_WITHIN_MS
  for (;;) {
    const { resources } = await broker.describeConfigs(asked)
    const settings = resources.flatMap(({ configEntries }) => configEntries)
    if (!settings.some(({ configSource }) => SET_HERE.has(configSource))) return
    if (performance.now() > endMs) throw new Error(`broker ${id} still throttles replication`)
    await sleep(OBEYED_POLL_MS)
  }
}
