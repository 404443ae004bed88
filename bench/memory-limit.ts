/**
 * `npm run bench:memory -- [--only NAME ...]`: the memory of a gateway under the limit that the Helm chart computes, from its
 * start to after three outages, as shipped, with compression and with the known journals. Prints the tables of
 * bench/RESULTS.md. Needs root: the limit is a memory cgroup.
 */
import { parseArgs } from 'node:util'
import { whyNoMemoryCgroup } from '../test/harness/memory-cgroup.ts'
import { createTarget, startBenchKafka } from './kafka.ts'
import { machineLine } from './markdown.ts'
import { measureMemory } from './memory.ts'
import { memoryTable } from './report.ts'

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

const kafka = await startBenchKafka()
try {
  const target = await createTarget(kafka)
  await kafka.createTopic({ topic: JOURNALS, partitions: target.partitions, config: { 'cleanup.policy': 'compact' } })
  console.log(await machineLine())
  for (const [name, environment] of Object.entries(SETTINGS))
    if (values.only.includes(name))
      console.log(memoryTable(name, await measureMemory(target, kafka.brokers, environment)))
} finally {
  await kafka.stop()
}
