/**
 * `npm run bench:uploads -- [--pairs 5] [--seconds 10]`: invoices per second of the gateway's processor time, by single
 * posts (A) and by gzip uploads of 1,000 (B), in the order A B B A, on the same brokers in one run.
 */
import { parseArgs } from 'node:util'
import { inPairs } from './measure.ts'
import { withOneGateway } from './one-gateway.ts'
import { cpuSeconds, runLoad } from './processes.ts'
import { median, spread } from './spread.ts'

const { values } = parseArgs({
  options: { pairs: { type: 'string', default: '5' }, seconds: { type: 'string', default: '10' } },
})
const seconds = Number(values.seconds)
const LOADS = {
  posts: { kind: 'post', connections: 64, seconds },
  uploads: { kind: 'upload', connections: 4, seconds },
}

await withOneGateway(async (gateway) => {
  const measure = async (kind: keyof typeof LOADS) => {
    const before = cpuSeconds(gateway.pid)
    const { acknowledged, seconds, statuses } = await runLoad(gateway.url, LOADS[kind])
    const cpu = cpuSeconds(gateway.pid) - before
    console.log(
      `${kind.padEnd(8)} ${Math.round(acknowledged / seconds)} invoices/s, ${((cpu / acknowledged) * 1e6).toFixed(1)} us of CPU each ${JSON.stringify(statuses)}`,
    )
    return acknowledged / cpu
  }
  for (const kind of ['posts', 'uploads'] as const) await measure(kind) // warm-up
  const measured = await inPairs(
    Number(values.pairs),
    () => measure('posts'),
    () => measure('uploads'),
  )
  const ratios = measured.map(([posts, uploads]) => uploads / posts)
  console.log(
    `\ninvoices per CPU-second, uploads / posts: ${spread(ratios)}; goal 3: ${median(ratios) >= 3 ? 'met' : 'MISSED'}`,
  )
})
