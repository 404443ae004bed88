import { type KafkaOptions, startKafka } from './cluster.ts'
import { createTopic, type NewTopic } from './topics.ts'

/** A running cluster, embedded or not. */
export interface SomeKafka {
  bootstrap: string[]
  createTopic(options: NewTopic): Promise<void>
  /** Ends the embedded cluster. Does nothing to a cluster of `KAFKA_BROKERS`. */
  stop(): Promise<void>
}

/**
 * The cluster that `KAFKA_BROKERS` (`host:port,host:port`) names, which is not contacted yet. Without that variable, an
 * embedded cluster with these `options`.
 */
export async function kafkaFromEnvironment(options: KafkaOptions = {}): Promise<SomeKafka> {
  const named = (options.env ?? process.env).KAFKA_BROKERS?.trim()
  if (!named) return await startKafka(options)
  const bootstrap = named.split(',').map((address) => address.trim())
  return { bootstrap, createTopic: (topic) => createTopic(bootstrap, topic), stop: async () => {} }
}
