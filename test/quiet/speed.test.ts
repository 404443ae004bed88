import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { inPairs, measure, type Sample } from '../../bench/measure.ts'
import { CORES, median, pin } from '../../bench/processes.ts'
import { type Subject, startGateway, startPlainRoute } from '../../bench/subjects.ts'
import { startKafka } from '../../dev/kafka/cluster.ts'
import { withAdmin } from '../harness/admin.ts'

const CONNECTIONS = 64
const LOAD = { kind: 'post', connections: CONNECTIONS, seconds: 2 }
/** Until the compiler has seen all of it. */
const WARM_UP = { ...LOAD, seconds: 6 }
const ENOUGH = 3
const MOST_PAIRS = 6
/**
 * Where other programs take the cores, batches are small and an invoice costs more, in the gateway alone. So a pair says
 * what it costs only if both had their core to themselves.
 */
const LEAST_BUSY = 0.88
/** Processor time, times what the bench has recorded: that is a gateway warm for minutes, this one has just started. */
const MOST_TIMES = 1.75
/** Of the invoices/s that the bench has recorded, for a machine that is never quiet. */
const LEAST_PART = 0.4

test('an invoice costs at most 1.75 times the processor time beside the bare route that was recorded', async () => {
  const recorded = await recordedRatios()
  const kafka = await startKafka()
  try {
    for (const broker of kafka.brokers) await pin(broker.pid, CORES.rest)
    const target = { bootstrap: kafka.bootstrap, topic: 'speed', partitions: 6 }
    await kafka.createTopic(target)
    const gateway = await startGateway(target)
    const bare = await startPlainRoute('bare', target)
    const pairs: [Sample, Sample][] = []
    const isQuiet = (pair: [Sample, Sample]) => pair.every(({ busy }) => busy >= LEAST_BUSY)
    await withAdmin(kafka.bootstrap, async (admin) => {
      const run = (subject: Subject, load = LOAD) => measure(admin, target, subject, load)
      await run(gateway, WARM_UP)
      await run(bare, WARM_UP)
      while (pairs.length < MOST_PAIRS && pairs.filter(isQuiet).length < ENOUGH) {
        const [pair] = await inPairs(
          1,
          () => run(gateway),
          () => run(bare),
        )
        pairs.push(pair as [Sample, Sample])
      }
    })
    const ratios = (key: 'cpuUs' | 'invoicesPerSecond', of: [Sample, Sample][]) =>
      of.map(([ours, theirs]) => ours[key] / theirs[key])
    const quiet = pairs.filter(isQuiet)
    const text = `${pairs
      .map(
        ([a, b]) =>
          `CPU ${(a.cpuUs / b.cpuUs).toFixed(2)}, ${Math.round(100 * a.busy)} and ${Math.round(100 * b.busy)} % busy`,
      )
      .join('; ')}`
    console.log(`gateway / bare route, ${quiet.length} quiet pairs: ${text}`)
    if (quiet.length >= ENOUGH)
      assert.ok(median(ratios('cpuUs', quiet)) <= MOST_TIMES * recorded.cpu, `${text}; ${recorded.cpu} is recorded`)
    else {
      const part = median(ratios('invoicesPerSecond', pairs))
      assert.ok(part >= LEAST_PART * recorded.invoices, `${part} of the invoices/s; ${text}`)
    }
    await Promise.all([gateway.end(), bare.end()])
  } finally {
    await kafka.stop()
  }
})

/** Invoices/s and processor time of an invoice, in terms of those of the bare Fastify route, invoices of 3 lines. */
async function recordedRatios(): Promise<{ invoices: number; cpu: number }> {
  const results = await readFile(new URL('../../bench/RESULTS.md', import.meta.url), 'utf8')
  const row = new RegExp(
    `^\\| ${CONNECTIONS} connections, 3 lines \\| gateway.*\\| ([\\d.]+) \\([^|]+ \\| ([\\d.]+) \\([^|]+ \\|$`,
    'm',
  )
  const [invoices, cpu] = (row.exec(results) ?? []).slice(1).map(Number)
  assert.ok(invoices && cpu, 'bench/RESULTS.md has the row that this test follows')
  return { invoices, cpu }
}
