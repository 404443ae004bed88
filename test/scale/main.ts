/**
 * `npm run test:scale -- [--minutes 3.5] [--rate 200] [--tills 2000]`: four brokers, three gateways, HAProxy and
 * `tillgate simulate`, all of them processes. While tills send, every gateway and every broker is restarted, a gateway
 * is killed, a broker is added and gets its share of the partitions. Prints a line for each step, the summary of the
 * tills and the audit. Takes longer than the minutes where the steps do. Exit code 1 when the promise was broken, a till
 * was told something that is not in the contract, or the new broker leads nothing.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { AuditReport } from '../../src/tools/audit/report.ts'
import { reportText } from '../../src/tools/audit/report-text.ts'
import type { Summary } from '../../src/tools/simulate/summary.ts'
import { summaryText } from '../../src/tools/simulate/summary-text.ts'
import { TOKEN } from '../harness/access.ts'
import { spawnCli } from '../harness/cli-process.ts'
import { type Estate, PARTITIONS, startEstate } from './estate.ts'
import { ADDED, eventsOf, ledBy } from './events.ts'
import { judge } from './judge.ts'
import { runEvents } from './run-events.ts'
import { createToldReader } from './told.ts'

/** So long the steps may take beyond `--minutes` until tills stop by themselves. */
const SPARE_SECONDS = 600

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3.5' },
    rate: { type: 'string', default: '200' },
    tills: { type: 'string', default: '2000' },
  },
})
const seconds = Math.round(60 * Number(values.minutes))
const folder = await mkdtemp(join(tmpdir(), 'tillgate-scale-'))
const answers = join(folder, 'answers.ndjson')

const findings: string[] = []
const estate = await startEstate()
try {
  await run(estate)
} catch (error) {
  findings.push((error as Error).message)
} finally {
  await estate.stop()
  await rm(folder, { recursive: true })
}
console.log(findings.length === 0 ? 'Everything held.' : `BROKEN\n${findings.join('\n')}`)
process.exit(findings.length === 0 ? 0 : 1)

/** Adds whatever breaks the promise to the findings. */
async function run({ balancer, gateways, tillgate }: Estate): Promise<void> {
  const load = ['--tills', values.tills, '--rate', values.rate, '--seconds', String(seconds + SPARE_SECONDS)]
  const tills = spawnCli(['simulate', '--url', balancer.url, ...load, '--answers', answers, '--json'], {
    TILLGATE_TOKEN: TOKEN,
  })
  try {
    const told = createToldReader(answers)
    await runEvents(eventsOf(estate), { seconds, told }).catch((error: Error) => findings.push(error.message))
    tills.child.kill('SIGINT') // no more invoices; those under way get their answers
    await tills.exited
    if (tills.stderr() !== '') throw new Error(`tillgate simulate: ${tills.stderr()}`)
    const summary = JSON.parse(tills.stdout().toString()) as Summary
    console.log(`\n${summaryText(summary)}\n`)

    await told.read()
    const ledByAdded = await ledBy(estate, ADDED)
    const exits = await Promise.all(gateways.map((gateway) => gateway.end('SIGTERM')))
    const audited = await tillgate(['audit', '--answers', answers, '--verify', '--json'], [0, 1])
    const report = JSON.parse(audited) as AuditReport
    const { lost, reordered, altered, duplicates, excess } = report.totals.found
    console.log(`${reportText(report)}

lost ${lost}, out of order ${reordered}, altered ${altered}
copies ${duplicates}, of which no till sent ${excess}; tills sent again ${summary.resent} times
broker ${ADDED} leads ${ledByAdded} of ${PARTITIONS} partitions
`)
    findings.push(...judge({ summary, told: told.total, report, ledByAdded, exits }))
  } finally {
    await tills.end()
  }
}
