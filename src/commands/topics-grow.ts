import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fetchRecordSizes } from '../kafka/record-sizes.ts'
import { endThrottle, startThrottle } from '../kafka/replication-throttle.ts'
import {
  describeTopic,
  fetchBrokers,
  fetchReassigning,
  type PartitionState,
  startReassignment,
  type TopicSession,
} from '../kafka/topic-admin.ts'
import { plainMessage } from '../system-problem.ts'
import { UsageError } from '../tools/terminal/input-errors.ts'
import { createStatusLine } from '../tools/terminal/status-line.ts'
import { THROTTLES } from '../tools/topics/check.ts'
import { type Copying, copyingOf, copyingText, reassignmentJson, throttleOf } from '../tools/topics/copying.ts'
import type { TopicsArguments } from '../tools/topics/options.ts'
import { reassign } from '../tools/topics/reassign.ts'
import { type Spread, spread } from '../tools/topics/spread.ts'
import { spreadText } from '../tools/topics/spread-text.ts'

export type GrowArguments = Omit<Extract<TopicsArguments, { action: 'grow' }>, 'action'>

/** What grow asks the cluster and tells it. */
const CLUSTER = {
  describeTopic,
  fetchBrokers,
  fetchReassigning,
  fetchRecordSizes,
  startReassignment,
  startThrottle,
  endThrottle,
  /** Between two tries to remove the throttle. */
  retryMs: 1_000,
}
export type GrowCluster = typeof CLUSTER

/** How often removing the throttle is tried. */
const REMOVAL_TRIES = 10

/**
 * `tillgate topics grow`: shows how the topic would be spread over all brokers and how much that copies. With `yes` it
 * does it. Resolves with the exit code. Refuses while a replica is missing or moving: a plan needs a settled state.
 */
export async function growTopic(
  given: GrowArguments,
  session: TopicSession,
  cluster: GrowCluster = CLUSTER,
): Promise<number> {
  const state = await cluster.describeTopic(session)
  if (typeof state === 'string')
    return refuse(
      `topic ${session.topic} is ${state}${state === 'missing' ? ': create it with tillgate topics create, or set KAFKA_TOPIC to another one' : ''}`,
    )
  const { partitions, settings = {} } = state
  const lagging = partitions.filter(({ replicas, inSync }) => inSync.length < replicas.length)
  if (lagging.length > 0)
    return refuse(`partitions ${numbers(lagging)} lack replicas: wait until they are in sync again, or have moved`)
  const found = spread(partitions, await cluster.fetchBrokers(session))
  const all = partitions.map(({ partition }) => partition)
  const moving = await cluster.fetchReassigning(session, all)
  if (moving.length > 0) return refuse(`partitions ${moving.join(', ')} are moving already: wait until they are done`)

  const hasChanges = found.changes.length > 0
  const held = hasChanges ? await cluster.fetchRecordSizes(session).catch(() => undefined) : undefined
  const copying = held === undefined ? undefined : copyingOf(found.changes, partitions, held)
  const result = JSON.stringify(toJson(found, copying, partitions, session.topic), null, 2)
  if (given.json && !given.yes) console.log(result)
  if (!given.json) {
    console.log(hasChanges ? spreadText(found, partitions) : 'Evenly spread.')
    if (hasChanges)
      console.log(
        copying === undefined ? 'How much has to be copied is unknown.' : copyingText(copying, given.throttleBytes),
      )
  }
  if (given.yes) {
    if (hasChanges) await keepPresent(given, found, partitions, session.topic)
    const isThrottled = THROTTLES.some((name) => (settings[name] ?? '') !== '')
    const isReplaced = hasChanges && given.throttleBytes !== undefined
    if (isThrottled && !isReplaced) {
      await cluster.endThrottle(session)
      if (!given.json) console.log('Removed a throttle that was left behind.')
    }
    if (hasChanges) await carryOut(found, given, session, cluster, partitions)
  } else if (!given.json && hasChanges) console.log('Nothing was changed. --yes makes these changes.')
  if (given.yes && given.json) console.log(result)
  if (!given.json) await adviseElection(session, cluster)
  return 0
}

/**
 * Prints the present assignment, or saves it, before anything moves. Kafka's own tool can restore it. With `json` it
 * goes to standard error, because standard output is for the result, which comes last or never.
 */
async function keepPresent(
  { undoFile, json }: GrowArguments,
  { changes }: Spread,
  partitions: readonly PartitionState[],
  topic: string,
): Promise<void> {
  const present = reassignmentJson(topic, presentOf(changes, partitions))
  if (undoFile === undefined) {
    if (json) console.error(present)
    else console.log(`\nTo go back, give this to kafka-reassign-partitions.sh --reassignment-json-file:\n${present}\n`)
    return
  }
  try {
    await writeFile(undoFile, `${present}\n`, { flag: 'wx' })
  } catch (error) {
    throw new UsageError(`--undo-file: ${plainMessage(error)}`)
  }
  if (!json) console.log(`\nTo go back: kafka-reassign-partitions.sh --execute --reassignment-json-file ${undoFile}\n`)
}

function presentOf(changes: Spread['changes'], partitions: readonly PartitionState[]) {
  return partitions.filter(({ partition }) => changes.some((change) => change.partition === partition))
}

/** Ctrl-C ends it, but only after removing the throttle, which would slow the topic's replicas down for ever. */
async function carryOut(
  found: Spread,
  { json, atOnce, deadlineMs, throttleBytes }: GrowArguments,
  session: TopicSession,
  cluster: GrowCluster,
  partitions: readonly PartitionState[],
): Promise<void> {
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  process.on('SIGINT', stop).on('SIGTERM', stop)
  const status = createStatusLine(process.stderr)
  const topic = {
    start: (changes: Spread['changes']) => cluster.startReassignment(session, changes),
    fetchReassigning: (moving: readonly number[]) => cluster.fetchReassigning(session, moving),
  }
  try {
    if (throttleBytes !== undefined)
      await cluster.startThrottle(session, throttleOf(found.changes, partitions), throttleBytes)
    await reassign(topic, found.changes, {
      atOnce,
      deadlineMs,
      signal: stopping.signal,
      onProgress: (done, moving) => {
        status.update(`${done} of ${found.changes.length} partitions done, moving ${moving.join(', ')}`)
      },
    })
    status.end()
    if (!json) console.log('Done.')
  } finally {
    status.end()
    if (throttleBytes !== undefined) await takeThrottleOff(session, cluster)
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

/** Brokers may restart while partitions move, so a refusal is retried. */
async function takeThrottleOff(session: TopicSession, cluster: GrowCluster): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await cluster.endThrottle(session)
      return
    } catch (error) {
      if (tries === REMOVAL_TRIES)
        throw new Error('the throttle is still on: tillgate topics grow --yes removes it, topics check reports it', {
          cause: error,
        })
      await sleep(cluster.retryMs)
    }
  }
}

/** kafkajs cannot elect leaders. The cluster does it by itself after five minutes, unless that is switched off. */
async function adviseElection(session: TopicSession, cluster: GrowCluster): Promise<void> {
  const state = await cluster.describeTopic(session)
  const others = (typeof state === 'string' ? [] : state.partitions).filter(
    ({ leader, replicas }) => leader !== replicas[0],
  )
  if (others.length === 0) return
  console.log(`
${others.length} partitions are not led by their first replica yet. Brokers correct that by themselves within minutes
(auto.leader.rebalance.enable), or at once with Kafka's own tool:

  kafka-leader-election.sh --bootstrap-server ${session.brokers[0]} --election-type preferred --topic ${session.topic} --all-topic-partitions`)
}

function toJson(
  { changes, moves, before, after }: Spread,
  copying: Copying | undefined,
  partitions: readonly PartitionState[],
  topic: string,
) {
  const load = ({ replicas, leaders }: Spread['after']) =>
    [...replicas].map(([broker, count]) => ({ broker, replicas: count, leads: leaders.get(broker) ?? 0 }))
  return {
    moves,
    changes,
    recordsToCopy: copying?.records ?? null,
    bytesToCopy: copying?.bytes ?? null,
    before: load(before),
    after: load(after),
    undo: JSON.parse(reassignmentJson(topic, presentOf(changes, partitions))),
  }
}

const numbers = (partitions: readonly { partition: number }[]) =>
  partitions.map(({ partition }) => partition).join(', ')

function refuse(why: string): number {
  console.error(why)
  return 1
}
