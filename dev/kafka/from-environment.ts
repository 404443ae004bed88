import { type KafkaOptions, startKafka } from './cluster.ts'
import { createTopic, type NewTopic } from './topics.ts'

/** A cluster that is there, whoever runs it. */
export interface SomeKafka {
  bootstrap: string[]
  createTopic(options: NewTopic): Promise<void>
  /** Ends the embedded cluster; a cluster of `KAFKA_BROKERS` is left alone. */
  stop(): Promise<void>
}

/**
 * The cluster that `KAFKA_BROKERS` (`host:port,host:port`) names, taken as it is and not yet contacted; without that
 * variable, an embedded one of `options`.
 */
export async function kafkaFromEnvironment(options: KafkaOptions = {}): Promise<SomeKafka> {
  const named = (options.env ?? process.env).KAFKA_BROKERS?.trim()
  if (!named) return await startKafka(options)
  const bootstrap = named.split(',').map((address) => address.trim())
  return { bootstrap, createTopic: (topic) => createTopic(bootstrap, topic), stop: async () => {} }
}
