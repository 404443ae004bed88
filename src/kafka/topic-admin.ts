import { setTimeout as sleep } from 'node:timers/promises'
import { plainMessage } from '../system-problem.ts'
import { type ClientOptions, createClient, withAdmin } from './client.ts'
import { topicProblem } from './connection-problem.ts'
import kafkajs, { type Admin, type Kafka } from './kafkajs/index.ts'
import { fetchTopicMetadata } from './kafkajs/topic-metadata.ts'
import type { TopicDescription } from './topic-shape.ts'
import { codeOf, rootCause, UNKNOWN_TOPIC_OR_PARTITION } from './verdict.ts'

/** How to reach the cluster, and the topic in question. */
export type TopicSession = ClientOptions & { readonly topic: string }

/** The state of one partition: ids of brokers, the preferred leader first. */
export interface PartitionState {
  readonly partition: number
  readonly leader: number
  readonly replicas: readonly number[]
  readonly inSync: readonly number[]
}

/** The state of a topic. */
export interface TopicState {
  /** By rising partition number. */
  readonly partitions: readonly PartitionState[]
  /** All its settings, including defaults. */
  readonly settings: Readonly<Record<string, string>>
}

/** A broker that serves clients now. */
export interface ClusterBroker {
  readonly id: number
  readonly rack: string | undefined
}

/** What a new topic should be like. */
export interface TopicSpec {
  readonly partitions: number
  readonly replicationFactor: number
  readonly settings: Readonly<Record<string, string>>
}

/** The replicas that a partition should have, the preferred leader first. */
export type Assignment = Pick<PartitionState, 'partition' | 'replicas'>

const { TOPIC, BROKER } = kafkajs.ConfigResourceTypes

/** A partition somewhere in the cluster has no leader. This matters because kafkajs asks most things of all topics. */
export class LeaderlessError extends Error {
  constructor() {
    super('a partition of the cluster has no leader: the client refuses to work until the broker that holds it is back')
  }
}

const SERVED_WITHIN_MS = 10_000
const SERVED_POLL_MS = 100
const LEADER_NOT_AVAILABLE = 5

/**
 * The number of partitions of a topic. Rejects when the topic is missing or has a partition without a leader, and when
 * there is no answer. If the topic is at fault, the message names it.
 */
export async function fetchPartitionCount(client: Kafka, topic: string): Promise<number> {
  try {
    const { topics } = await withAdmin(client, (admin) => admin.fetchTopicMetadata({ topics: [topic] }))
    return topics.find(({ name }) => name === topic)?.partitions.length ?? 0
  } catch (error) {
    const problem = topicProblem(error, topic)
    if (problem !== undefined) throw new Error(problem)
    // Without its cause: this is the message that an operator has to see.
    throw codeOf(error) === undefined ? error : new Error(`topic ${topic}: ${plainMessage(rootCause(error))}`)
  }
}

/** The number of partitions of a topic. `offline` while one of them has no leader. */
export async function countPartitions(session: TopicSession): Promise<number | 'missing' | 'offline'> {
  const partitions = await onCluster(session, (admin) => partitionsOf(admin, session.topic))
  return typeof partitions === 'string' ? partitions : partitions.length
}

/** The topic's state. `offline` while one of its partitions has no leader: the client then refuses the whole answer. */
export async function describeTopic(session: TopicSession): Promise<TopicState | 'missing' | 'offline'> {
  const partitions = await onCluster(session, (admin) => partitionsOf(admin, session.topic))
  if (partitions === 'missing' || partitions === 'offline') return partitions
  try {
    return { partitions, settings: await fetchSettings(session) }
  } catch (error) {
    if (error instanceof LeaderlessError) return 'offline' // since just now
    if (codeOf(error) === UNKNOWN_TOPIC_OR_PARTITION) return 'missing' // another broker answered, which does not know it
    throw error
  }
}

/**
 * The most bytes that a batch may have to be taken by the topic: its `max.message.bytes`, or what the brokers' settings
 * make of it. Rejects when this login may not describe the topic's settings, and when there is no answer.
 */
export async function fetchMaxMessageBytes(session: TopicSession): Promise<number> {
  const name = 'max.message.bytes'
  const value = (await fetchSettings(session, [name]))[name]
  if (value === undefined) throw new Error(`the settings of topic ${session.topic} have no ${name}`)
  return Number(value)
}

/**
 * The topic as a broker knows it now, also while some of its partitions have no leader. `undefined`: this cluster, or this
 * login, does not let us know. Rejects when there is no answer.
 */
export async function describeFreshly(session: TopicSession): Promise<TopicDescription | 'missing' | undefined> {
  return await onCluster(session, async (admin) => {
    const found = await fetchTopicMetadata(admin, session.topic)
    if (found?.errorCode === UNKNOWN_TOPIC_OR_PARTITION) return 'missing'
    if (found === undefined || found.errorCode !== 0) return undefined
    const name = 'min.insync.replicas'
    const settings = await settingsOf(admin, session.topic, [name]).catch(() => ({}) as Record<string, string>)
    return {
      id: found.id,
      capsMinInSync: found.capsMinInSync,
      partitions: found.replicas.length,
      replicas: Math.min(...found.replicas),
      minInSync: settings[name] === undefined ? undefined : Number(settings[name]),
    }
  })
}

/** All settings, or those with these names. */
function fetchSettings(session: TopicSession, configNames: string[] = []): Promise<Record<string, string>> {
  return onCluster(session, (admin) => settingsOf(admin, session.topic, configNames))
}

async function settingsOf(admin: Admin, topic: string, configNames: string[]): Promise<Record<string, string>> {
  const resources = [{ type: TOPIC, name: topic, configNames }]
  const described = await admin.describeConfigs({ resources, includeSynonyms: false })
  const entries = described.resources[0]?.configEntries ?? []
  return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]))
}

/**
 * The brokers that serve clients now, by rising id. Rejects with `LeaderlessError` while any topic of the cluster has a
 * partition without a leader.
 */
export async function fetchBrokers(session: ClientOptions): Promise<ClusterBroker[]> {
  return await onCluster(session, async (admin) => {
    await admin.fetchTopicMetadata() // of all topics; describeCluster alone would swallow its error
    const { brokers } = await admin.describeCluster()
    const { resources } = await admin.describeConfigs({
      resources: brokers.map(({ nodeId }) => ({ type: BROKER, name: String(nodeId), configNames: ['broker.rack'] })),
      includeSynonyms: false,
    })
    // The answer is null for a broker without a rack.
    const racks = new Map(resources.map(({ resourceName, configEntries }) => [resourceName, configEntries[0]]))
    return brokers
      .map(({ nodeId }) => ({ id: nodeId, rack: racks.get(String(nodeId))?.configValue || undefined }))
      .sort((a, b) => a.id - b.id)
  })
}

/**
 * Creates the topic. Resolves with true once it is served, or after ten seconds. Resolves with false if there already
 * is a topic of that name, which is left as it is.
 */
export async function createTopic(session: TopicSession, spec: TopicSpec): Promise<boolean> {
  const { partitions, replicationFactor, settings } = spec
  const isNew = await onCluster(session, (admin) =>
    admin.createTopics({
      waitForLeaders: false,
      topics: [
        {
          topic: session.topic,
          numPartitions: partitions,
          replicationFactor,
          configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
        },
      ],
    }),
  )
  // The next request may go to a broker that does not know the topic yet.
  const endMs = performance.now() + SERVED_WITHIN_MS
  while (isNew && performance.now() < endMs) {
    const state = await describeTopic(session)
    if (typeof state === 'object' && state.partitions.length === partitions) break
    await sleep(SERVED_POLL_MS)
  }
  return isNew
}

/** Tells the cluster which replicas these partitions should have. From then on it copies the records by itself. */
export async function startReassignment(session: TopicSession, assignments: readonly Assignment[]): Promise<void> {
  const partitionAssignment = assignments.map(({ partition, replicas }) => ({ partition, replicas: [...replicas] }))
  const request = { topics: [{ topic: session.topic, partitionAssignment }] }
  await onCluster(session, (admin) => admin.alterPartitionReassignments(request))
}

/** Which of the given partitions have replicas that are still moving to other brokers. */
export async function fetchReassigning(session: TopicSession, partitions: readonly number[]): Promise<number[]> {
  const request = { topics: [{ topic: session.topic, partitions: [...partitions] }] }
  const { topics } = await onCluster(session, (admin) => admin.listPartitionReassignments(request))
  // kafkajs's types say `partitionIndex`; its decoder says `partition`.
  const found = topics.flatMap(({ partitions }) => partitions as unknown as { partition: number }[])
  return found.map(({ partition }) => partition)
}

async function partitionsOf(admin: Admin, topic: string): Promise<PartitionState[] | 'missing' | 'offline'> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    const found = topics.find(({ name }) => name === topic)
    if (found === undefined) return 'missing'
    return found.partitions
      .map(({ partitionId, leader, replicas, isr }) => ({ partition: partitionId, leader, replicas, inSync: isr }))
      .sort((a, b) => a.partition - b.partition)
  } catch (error) {
    const code = codeOf(error)
    if (code === UNKNOWN_TOPIC_OR_PARTITION) return 'missing'
    if (code === LEADER_NOT_AVAILABLE) return 'offline'
    throw error
  }
}

/**
 * Runs `work` with an admin client. Rejects with the broker's own error, unwrapped, because an operator has to see it;
 * with `LeaderlessError` if a leader is missing.
 */
export async function onCluster<T>(session: ClientOptions, work: (admin: Admin) => Promise<T>): Promise<T> {
  try {
    return await withAdmin(createClient(session), work)
  } catch (error) {
    const first = firstOf(error)
    throw codeOf(first) === LEADER_NOT_AVAILABLE ? new LeaderlessError() : first
  }
}

/** The first of the errors that kafkajs has combined. */
function firstOf(error: unknown): Error {
  const root = rootCause(error)
  return root instanceof kafkajs.KafkaJSAggregateError && root.errors.length > 0 ? firstOf(root.errors[0]) : root
}
