import { startKafka } from './kafka/cluster.ts'
import { startKafkaContainer } from './kafka/container.ts'
import type { KeptFolder } from './kafka/kept-folder.ts'
import { claimPort, freePorts } from './kafka/ports.ts'
import { engineInstead } from './kafka/runtime.ts'
import type { Run } from './run-until-stopped.ts'

/** The port that everybody expects of Kafka. */
export const USUAL_KAFKA_PORT = 9_092

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

/**
 * Starts one broker as a part of `run`, which it ends if it ends by itself. Where there is no Java and none can be
 * fetched, the broker runs in a container, if there can be one. Resolves to its addresses.
 */
export async function runEmbeddedKafka(run: Run, { folder, port: wanted }: EmbeddedOptions = {}): Promise<string[]> {
  const engine = await engineInstead(process.env)
  const port = await chooseKafkaPort(wanted, run.say)
  const options = {
    port,
    ...(folder === undefined ? {} : { folder }),
    brokerConfig: { 'log.retention.ms': '-1' }, // whoever comes back after two weeks finds what was posted
    onProgress: run.onProgress,
    signal: run.signal,
  }
  const onEnd = (problem: string) => run.fail(`Kafka has ended, although nothing here ended it: ${problem}`)
  if (engine)
    run.say(`Java, Maven and pip are not here, or not enough of them: Kafka runs in a container of ${engine}.`)
  const starting = engine
    ? startKafkaContainer({ ...options, engine, onEnd })
    : startKafka({ ...options, say: run.say, onBrokerEnd: onEnd })
  run.onStop(async () => (await starting.catch(() => undefined))?.stop(), 'Kafka')
  await starting
  return [`127.0.0.1:${port}`]
}

/**
 * The port for an embedded Kafka: the `wanted` one, or else 9092, or else any that is free, which is said. Throws one
 * line if the wanted one is taken.
 */
export async function chooseKafkaPort(
  wanted: number | undefined,
  say: (line: string) => void,
  usual = USUAL_KAFKA_PORT,
): Promise<number> {
  if (await claimPort(wanted ?? usual)) return wanted ?? usual
  if (wanted !== undefined)
    throw new Error(`port ${wanted} is in use by another process: give --kafka-port another one, or stop that process`)
  const [port] = (await freePorts(1)) as [number]
  say(
    `Port ${usual} is in use by another process, so Kafka gets port ${port} this time.\n` +
      `If a Kafka listens there: KAFKA_BROKERS=127.0.0.1:${usual} makes use of it, and no other is started.`,
  )
  return port
}
