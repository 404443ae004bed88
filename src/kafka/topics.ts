import type { Kafka } from 'kafkajs'

/** The number of partitions of a topic. Rejects when the topic is missing, has a leaderless partition, or on no answer. */
export async function fetchPartitionCount(client: Kafka, topic: string): Promise<number> {
  const admin = client.admin()
  try {
    await admin.connect()
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    return topics.find(({ name }) => name === topic)?.partitions.length ?? 0
  } finally {
    await admin.disconnect()
  }
}
