import { startKafka } from '../dev/kafka/cluster.ts'
import { CORES, pin } from './processes.ts'
import type { Target } from './subjects.ts'

/** A broker at its best, rather than started quickly as for tests, on the core that is not measured. */
export async function startBenchKafka() {
  const kafka = await startKafka({
    jvmFlags: ['-Xmx1g', '-XX:+UseSerialGC'],
    brokerConfig: { 'log.retention.check.interval.ms': '2000', 'log.segment.delete.delay.ms': '1000' },
  })
  for (const broker of kafka.brokers) await pin(broker.pid, CORES.rest)
  return kafka
}

/** Creates the topic that invoices go to. It keeps little: a bench writes more than the disk has room for. */
export async function createTarget(kafka: Awaited<ReturnType<typeof startKafka>>): Promise<Target> {
  const target = { bootstrap: kafka.bootstrap, topic: 'bench', partitions: 6 }
  const config = { 'retention.bytes': String(200 * 2 ** 20), 'segment.bytes': String(50 * 2 ** 20) }
  await kafka.createTopic({ topic: target.topic, partitions: target.partitions, config })
  return target
}
