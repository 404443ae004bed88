import { chooseKafkaPort } from '../kafka-port.ts'
import type { Run } from '../run-until-stopped.ts'
import { startKafka } from './cluster.ts'
import type { KeptFolder } from './kept-folder.ts'

interface EmbeddedOptions {
  /** Where the data are kept; default: they are deleted at the end. */
  folder?: KeptFolder | undefined
  /** Default: 9092, or any that is free. */
  port?: number | undefined
}

/**
 * The addresses of the cluster that `KAFKA_BROKERS` (`host:port,host:port`) names, which is not contacted. Without that
 * variable: undefined.
 */
export function namedBrokers(env: NodeJS.ProcessEnv): string[] | undefined {
  const named = env.KAFKA_BROKERS?.trim()
  return named ? named.split(',').map((address) => address.trim()) : undefined
}

/** Starts one broker as a part of `run`, which it ends if it ends by itself. Resolves to its addresses. */
export async function runEmbeddedKafka(run: Run, { folder, port }: EmbeddedOptions = {}): Promise<string[]> {
  const starting = startKafka({
    port: await chooseKafkaPort(port, run.say),
    ...(folder === undefined ? {} : { folder }),
    brokerConfig: { 'log.retention.ms': '-1' }, // whoever comes back after two weeks finds what was posted
    onProgress: run.onProgress,
    signal: run.signal,
    onBrokerEnd: (problem) => run.fail(`Kafka has ended, although nothing here ended it: ${problem}`),
  })
  run.onStop(async () => (await starting.catch(() => undefined))?.stop(), 'Kafka')
  return (await starting).bootstrap
}
