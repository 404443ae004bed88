import { withAdmin } from './client.ts'
import type { Kafka } from './kafkajs/index.ts'
import { rootCause } from './verdict.ts'

/**
 * The number of partitions of a topic. Rejects when the topic is missing, has a leaderless partition, or on no answer;
 * where it is the topic's fault, the message names it.
 */
export async function fetchPartitionCount(client: Kafka, topic: string): Promise<number> {
  try {
    const { topics } = await withAdmin(client, (admin) => admin.fetchTopicMetadata({ topics: [topic] }))
    return topics.find(({ name }) => name === topic)?.partitions.length ?? 0
  } catch (error) {
    const { code, message } = rootCause(error)
    // Without its cause: this is the message that an operator has to see.
    throw typeof code === 'number' ? new Error(`topic ${topic}: ${message}`) : error
  }
}
