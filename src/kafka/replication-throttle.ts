import kafkajs, { type Admin } from './kafkajs/index.ts'
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
const DYNAMIC_TOPIC = 1
const DYNAMIC_BROKER = 2

/** Limits the copying of these replicas to `bytesPerSecond` into and out of each broker. */
export async function startThrottle(
  session: TopicSession,
  throttle: ReplicationThrottle,
  bytesPerSecond: number,
): Promise<void> {
  const rates = Object.fromEntries(RATES.map((name) => [name, String(bytesPerSecond)]))
  const lists = { [LISTS.leader]: throttle.leaderReplicas, [LISTS.follower]: throttle.followerReplicas }
  await onCluster(session, async (admin) => {
    for (const id of throttle.brokers) await alter(admin, BROKER, String(id), (own) => ({ ...own, ...rates }))
    await alter(admin, TOPIC, session.topic, (own) => ({ ...own, ...lists }))
  })
}

/** Removes every throttle of replication from the topic and from all brokers that serve now. */
export async function endThrottle(session: TopicSession): Promise<void> {
  const brokers = await fetchBrokers(session)
  await onCluster(session, async (admin) => {
    await alter(admin, TOPIC, session.topic, (own) => without(own, Object.values(LISTS)))
    for (const { id } of brokers) await alter(admin, BROKER, String(id), (own) => without(own, RATES))
  })
}

/**
 * Changes the settings of one topic or broker. kafkajs knows only the old request, which resets every setting that it
 * does not name. So all settings are read first and written again. Rejects if one of them is a secret, which cannot be
 * read.
 */
async function alter(
  admin: Admin,
  type: typeof TOPIC | typeof BROKER,
  name: string,
  change: (own: Record<string, string>) => Record<string, string>,
): Promise<void> {
  const { resources } = await admin.describeConfigs({ resources: [{ type, name }], includeSynonyms: false })
  const source = type === TOPIC ? DYNAMIC_TOPIC : DYNAMIC_BROKER
  const entries = (resources[0]?.configEntries ?? []).filter(
    (entry) => (entry as unknown as { configSource: number }).configSource === source,
  )
  const own = Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]))
  const wanted = change(own)
  if (isSame(own, wanted)) return
  const secret = entries.find(({ isSensitive }) => isSensitive)
  if (secret !== undefined)
    throw new Error(
      `the throttle of broker ${name} cannot be changed from here, because its dynamic setting ${secret.configName} ` +
        'would be lost: use kafka-configs.sh (to throttle a grow, start it without --throttle first)',
    )
  const configEntries = Object.entries(wanted).map(([name, value]) => ({ name, value }))
  await admin.alterConfigs({ validateOnly: false, resources: [{ type, name, configEntries }] })
}

function without(own: Record<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(own).filter(([name]) => !names.includes(name)))
}

function isSame(own: Record<string, string>, wanted: Record<string, string>): boolean {
  const names = new Set([...Object.keys(own), ...Object.keys(wanted)])
  return [...names].every((name) => own[name] === wanted[name])
}
