import { kafkaOptions } from '../src/config.ts'
import type { Config } from '../src/config-schema.ts'
import { withConnectionProblems } from '../src/kafka/connection-problem.ts'
import { ProducerSession } from '../src/kafka/producer-session.ts'
import { fetchRanges } from '../src/kafka/read-topic.ts'
import { createTopic } from '../src/kafka/topic-admin.ts'
import { eventually } from './kafka/eventually.ts'

const DEADLINE_MS = 60_000
const POLL_MS = 100
/** What the cluster has as its default. */
const USUAL_REPLICATION = -1

/**
 * Creates the gateway's topic if it is missing. Resolves to the number of records in it. Rejects with what to do if it
 * has another number of partitions, or if Kafka cannot be reached.
 */
export async function prepareTopic(config: Config): Promise<number> {
  const session = { ...kafkaOptions(config), onClientLog: () => {} }
  const { topic, partitions } = session
  return await withConnectionProblems(session, async () => {
    await createTopic(session, { partitions, replicationFactor: USUAL_REPLICATION, settings: {} })
    // For a moment after the topic was created or the broker has started, a partition may have no leader.
    const ranges = await eventually(`topic ${topic} can be read`, DEADLINE_MS, POLL_MS, () => fetchRanges(session))
    if (ranges.length !== partitions)
      throw new Error(
        `topic ${topic} has ${ranges.length} partitions, and KAFKA_PARTITIONS is ${partitions}: ` +
          `set it to ${ranges.length}, or KAFKA_TOPIC to another topic`,
      )
    return ranges.reduce((sum, { start, end }) => sum + end - start, 0)
  })
}

/**
 * Resolves when Kafka gives a producer what the gateway needs first. A broker that has just started refuses that for a
 * moment (`COORDINATOR_LOAD_IN_PROGRESS`), and the gateway would log it as a warning.
 */
export async function awaitProducerId(config: Config): Promise<void> {
  const session = { ...kafkaOptions(config), onClientLog: () => {} }
  await eventually('a producer id', DEADLINE_MS, POLL_MS, async () => {
    const opened = await ProducerSession.open(session)
    await opened.close()
    return true
  })
}
