import { type KafkaCluster, startKafka } from '../dev/kafka/cluster.ts'
import type { GatewayProcess } from '../test/harness/gateway-process.ts'
import { CORES, pin, startPinnedGateway } from './processes.ts'

/** Measures one gateway on a core of its own, with a broker on the other, and ends both. */
export async function withOneGateway(
  measure: (gateway: GatewayProcess, kafka: KafkaCluster) => Promise<void>,
): Promise<void> {
  const kafka = await startKafka()
  try {
    for (const broker of kafka.brokers) await pin(broker.pid, CORES.rest)
    await kafka.createTopic({ topic: 'bench', partitions: 6 })
    const gateway = await startPinnedGateway(kafka.bootstrap, 'bench')
    await measure(gateway, kafka)
    await gateway.end('SIGTERM')
  } finally {
    await kafka.stop()
  }
}
