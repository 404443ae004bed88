import { kafkaOptions, readConfig } from '../../src/config.ts'
import { fetchRanges, type LogRecord, type ReadSession, readTopic } from '../../src/kafka/read-topic.ts'

/** How the tests read a topic. */
export function readSession(bootstrap: string[], topic: string): ReadSession {
  const options = kafkaOptions(readConfig({ KAFKA_BROKERS: bootstrap.join(','), KAFKA_TOPIC: topic }))
  return { ...options, onClientLog: () => {} }
}

/** Everything that is in a topic now, each partition in offset order. */
export async function recordsOf(bootstrap: string[], topic: string): Promise<LogRecord[]> {
  const session = readSession(bootstrap, topic)
  const records: LogRecord[] = []
  await readTopic(session, await fetchRanges(session), { onRecord: (record) => void records.push(record) })
  return records
}
