/**
 * `npm run bench:memory -- [--only NAME ...]`: the memory of a gateway under the limit that the Helm chart computes, from its
 * start to after three outages, as shipped, with compression and with the known journals. Prints the tables of
 * bench/RESULTS.md. Needs root: the limit is a memory cgroup.
 */
import { parseArgs } from 'node:util'
import { startKafka } from '../dev/kafka/cluster.ts'
import { whyNoMemoryCgroup } from '../test/harness/memory-cgroup.ts'
import { machineLine } from './markdown.ts'
import { measureMemory } from './memory.ts'
import { CORES, pin } from './processes.ts'
import { memoryLimitTable } from './report.ts'

const JOURNALS = 'bench.journals'
const SETTINGS: Readonly<Record<string, NodeJS.ProcessEnv>> = {
  'as shipped': {},
  'KAFKA_COMPRESSION=zstd': { KAFKA_COMPRESSION: 'zstd' },
  JOURNALS_TOPIC: { JOURNALS_TOPIC: JOURNALS },
}
const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true, default: Object.keys(SETTINGS) } },
})
const why = whyNoMemoryCgroup()
if (why !== undefined) {
  console.error(why)
  process.exit(1)
}

const kafka = await startKafka({
  jvmFlags: ['-Xmx1g', '-XX:+UseSerialGC'],
  brokerConfig: { 'log.retention.check.interval.ms': '2000', 'log.segment.delete.delay.ms': '1000' },
})
try {
  for (const broker of kafka.brokers) await pin(broker.pid, CORES.rest)
  const target = { bootstrap: kafka.bootstrap, topic: 'bench', partitions: 6 }
  const config = { 'retention.bytes': String(200 * 2 ** 20), 'segment.bytes': String(50 * 2 ** 20) }
  await kafka.createTopic({ topic: target.topic, partitions: target.partitions, config })
  await kafka.createTopic({ topic: JOURNALS, partitions: target.partitions, config: { 'cleanup.policy': 'compact' } })
  console.log(await machineLine())
  for (const [name, environment] of Object.entries(SETTINGS))
    if (values.only.includes(name))
      console.log(memoryLimitTable(name, await measureMemory(target, kafka.brokers, { environment })))
} finally {
  await kafka.stop()
}
