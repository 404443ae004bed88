import { claimPort, freePorts } from './kafka/ports.ts'

/** The port that everybody expects of Kafka. */
export const USUAL_KAFKA_PORT = 9_092

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
    `Port ${usual} is in use by another process, so Kafka gets port ${port} this time. --kafka-port chooses one.\n` +
      `If a Kafka listens there: KAFKA_BROKERS=127.0.0.1:${usual} makes use of it, and no other is started.`,
  )
  return port
}
