/**
 * `npm run test:dedup -- [--seeds 20] [--first 1] [--seconds 40]`: `tillgate dedup` on three real brokers while
 * everything around it fails, by random plans from seeds. Each run is compared with the rule, computed plainly over the
 * whole raw log (`test/harness/dedup.ts`). Prints a table; exit code 1 if anything was wrong.
 */
import { parseArgs } from 'node:util'
import { startProxiedKafka } from '../../../dev/kafka/proxied-cluster.ts'
import { runPlan } from './run-plan.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    first: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '40' },
  },
})

const COLUMNS = [
  'seed',
  'raw',
  'unique',
  'conflicts',
  'kills',
  'freezes',
  'broker faults',
  'wire faults',
  'late EndTxn',
] as const
const row = (cells: readonly (string | number)[]) => console.log(cells.map((cell) => String(cell).padEnd(14)).join(''))

row([...COLUMNS, 'wrong'])
const kafka = await startProxiedKafka({ brokers: 3 })
let wrong = 0
try {
  const first = Number(values.first)
  for (let seed = first; seed < first + Number(values.seeds); seed++) {
    const { counts, findings } = await runPlan(kafka, seed, Number(values.seconds))
    const cells: Record<string, string | number> = { seed, ...counts }
    row([...COLUMNS.map((column) => cells[column] ?? '-'), findings.length])
    for (const finding of findings) console.log(`  ${finding}`)
    wrong += findings.length
  }
} finally {
  await kafka.stop()
}
process.exit(wrong === 0 ? 0 : 1)
