import {
  describeTopic,
  fetchBrokers,
  fetchReassigning,
  startReassignment,
  type TopicSession,
} from '../kafka/topic-admin.ts'
import { createStatusLine } from '../tools/terminal/status-line.ts'
import { reassign } from '../tools/topics/reassign.ts'
import { type Spread, spread } from '../tools/topics/spread.ts'
import { spreadText } from '../tools/topics/spread-text.ts'

export interface GrowArguments {
  readonly json: boolean
  readonly yes: boolean
  readonly atOnce: number
  readonly deadlineMs: number
}

/**
 * `tillgate topics grow`: shows how the topic would be spread over all brokers and, with `yes`, does it. Resolves with
 * the exit code. Refuses while a replica is missing or on its way: then the picture is not the one to start from.
 */
export async function growTopic(given: GrowArguments, session: TopicSession): Promise<number> {
  const state = await describeTopic(session)
  if (typeof state === 'string') return refuse(`topic ${session.topic} is ${state}`)
  const { partitions } = state
  const lagging = partitions.filter(({ replicas, inSync }) => inSync.length < replicas.length)
  if (lagging.length > 0)
    return refuse(`partitions ${numbers(lagging)} lack replicas: wait until they are healed, or have moved`)
  const found = spread(partitions, await fetchBrokers(session))
  const all = partitions.map(({ partition }) => partition)
  const moving = await fetchReassigning(session, all)
  if (moving.length > 0) return refuse(`partitions ${moving.join(', ')} are moving already: wait until they are done`)

  if (given.json && !given.yes) console.log(JSON.stringify(toJson(found), null, 2))
  if (!given.json) console.log(found.changes.length === 0 ? 'Evenly spread.' : spreadText(found, partitions))
  if (given.yes && found.changes.length > 0) await carryOut(found, given, session)
  else if (!given.json && found.changes.length > 0) console.log('Nothing was changed. --yes does it.')
  if (given.yes && given.json) console.log(JSON.stringify(toJson(found), null, 2))
  if (!given.json) await adviseElection(session)
  return 0
}

async function carryOut(found: Spread, given: GrowArguments, session: TopicSession): Promise<void> {
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const status = createStatusLine(process.stderr)
  const cluster = {
    start: (changes: Spread['changes']) => startReassignment(session, changes),
    fetchReassigning: (partitions: readonly number[]) => fetchReassigning(session, partitions),
  }
  try {
    await reassign(cluster, found.changes, {
      ...given,
      signal: stopping.signal,
      onProgress: (done, moving) => {
        status.update(`${done} of ${found.changes.length} partitions done, moving ${moving.join(', ')}`)
      },
    })
    status.end()
    if (!given.json) console.log('Done.')
  } finally {
    status.end()
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

/** kafkajs cannot elect leaders. The cluster does by itself, after five minutes unless it is told not to. */
async function adviseElection(session: TopicSession): Promise<void> {
  const state = await describeTopic(session)
  const others = (typeof state === 'string' ? [] : state.partitions).filter(
    ({ leader, replicas }) => leader !== replicas[0],
  )
  if (others.length === 0) return
  console.log(`
${others.length} partitions are not led by their first replica yet. Brokers mend that by themselves within minutes
(auto.leader.rebalance.enable), or at once with Kafka's own tool:

  kafka-leader-election.sh --bootstrap-server ${session.brokers[0]} --election-type preferred --topic ${session.topic} --all-topic-partitions`)
}

function toJson({ changes, moves, before, after }: Spread) {
  const load = ({ replicas, leaders }: Spread['after']) =>
    [...replicas].map(([broker, count]) => ({ broker, replicas: count, leads: leaders.get(broker) ?? 0 }))
  return { moves, changes, before: load(before), after: load(after) }
}

const numbers = (partitions: readonly { partition: number }[]) =>
  partitions.map(({ partition }) => partition).join(', ')

function refuse(why: string): number {
  console.error(why)
  return 1
}
