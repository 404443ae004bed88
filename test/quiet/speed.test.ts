import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { inPairs, measure } from '../../bench/measure.ts'
import { CORES, median, pin } from '../../bench/processes.ts'
import { startGateway, startPlainRoute } from '../../bench/subjects.ts'
import { startKafka } from '../../dev/kafka/cluster.ts'
import { withAdmin } from '../harness/admin.ts'

const PAIRS = 3
const CONNECTIONS = 64
const LOAD = { kind: 'post', connections: CONNECTIONS, seconds: 3 }
/** Of what the bench has recorded: that is a warm gateway on a quiet machine, this is one that has just started. */
const LEAST_PART = 0.4

test('the gateway takes two fifths of what it took beside the bare route when that was recorded', async () => {
  const recorded = await recordedRatio()
  const kafka = await startKafka()
  try {
    for (const broker of kafka.brokers) await pin(broker.pid, CORES.rest)
    const target = { bootstrap: kafka.bootstrap, topic: 'speed', partitions: 6 }
    await kafka.createTopic(target)
    const gateway = await startGateway(target)
    const bare = await startPlainRoute('bare', target)
    const pairs = await withAdmin(kafka.bootstrap, async (admin) => {
      await measure(admin, target, gateway, LOAD) // warm-up
      await measure(admin, target, bare, LOAD)
      return inPairs(
        PAIRS,
        () => measure(admin, target, gateway, LOAD),
        () => measure(admin, target, bare, LOAD),
      )
    })
    const ratios = pairs.map(([ours, theirs]) => ours.invoicesPerSecond / theirs.invoicesPerSecond)
    console.log(`gateway / bare route: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`)
    assert.ok(median(ratios) >= LEAST_PART * recorded, `${ratios}; ${recorded} is recorded`)
    await Promise.all([gateway.end(), bare.end()])
  } finally {
    await kafka.stop()
  }
})

/** Invoices a second of the gateway in terms of those of the bare Fastify route, invoices of 3 lines. */
async function recordedRatio(): Promise<number> {
  const results = await readFile(new URL('../../bench/RESULTS.md', import.meta.url), 'utf8')
  const row = new RegExp(
    `^\\| ${CONNECTIONS} connections, 3 lines \\| gateway \\|.*\\| ([\\d.]+) \\([^|]+ \\| [^|]+ \\|$`,
    'm',
  )
  const ratio = Number(row.exec(results)?.[1])
  assert.ok(ratio > 0, 'bench/RESULTS.md has the row that this test follows')
  return ratio
}
