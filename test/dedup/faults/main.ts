/**
 * `npm run test:dedup -- [--seeds 20] [--first 1] [--seconds 25]`: 60 tills send through two gateways, and send again what
 * they should not, while `tillgate dedup` copies their invoices on three real brokers and everything around it fails, by
 * random plans from seeds. Each run is compared with the rule, computed plainly over the whole raw log
 * (`test/harness/dedup.ts`), with Apache's console consumer, with the tills' receipts and with `tillgate audit`. Prints a
 * table; its column "positions left" shows that `.journals` was compacted. Exit code 1 if anything was wrong, or if 20
 * seeds have not seen every fault.
 */
import { parseArgs } from 'node:util'
import { startProxiedKafka } from '../../../dev/kafka/proxied-cluster.ts'
import { runPlan } from './run-plan.ts'
import { WIRE_FAULTS } from './wire-faults.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    first: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '25' },
  },
})

const COLUMNS = [
  'seed',
  'raw',
  'unique',
  'conflicts',
  'wrong',
  'transactions',
  'positions left',
  'shards',
  'kills',
  'freezes',
  'gateway faults',
  'broker faults',
  'coordinator moves',
  'wire faults',
] as const
/** Of the count of all raw records. */
const WIDEST_COUNT = 7
/** So many seeds see every fault. */
const MANY_SEEDS = 20
/** Transactions of a frozen process end soon after their time-out, and logs are compacted within a run. */
const BROKER_CONFIG = {
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': '1000',
  'log.cleaner.backoff.ms': '1000',
}
const row = (cells: readonly (string | number)[]) =>
  console.log(
    cells
      .map((cell, index) => String(cell).padEnd(Math.max((COLUMNS[index] as string).length, WIDEST_COUNT) + 2))
      .join(''),
  )

const first = Number(values.first)
const seeds = Number(values.seeds)
const wireFaults = new Map<string, number>(WIRE_FAULTS.map((fault) => [fault, 0]))
const total: Record<string, number> = {}
let wrong = 0
row(COLUMNS)
const kafka = await startProxiedKafka({ brokers: 3, brokerConfig: BROKER_CONFIG })
try {
  for (let seed = first; seed < first + seeds; seed++) {
    const { counts, findings, wireFaults: seen } = await runPlan(kafka, seed, Number(values.seconds))
    for (const [fault, times] of seen) wireFaults.set(fault, (wireFaults.get(fault) ?? 0) + times)
    const ofWire = [...seen.values()].reduce((sum, times) => sum + times, 0)
    const cells: Record<string, number> = { ...counts, 'wire faults': ofWire, wrong: findings.length }
    for (const [name, count] of Object.entries(cells)) total[name] = (total[name] ?? 0) + count
    row(COLUMNS.map((column) => (column === 'seed' ? seed : (cells[column] ?? '-'))))
    for (const finding of findings) console.log(`  ${finding}`)
    wrong += findings.length
  }
} finally {
  await kafka.stop()
}
row(COLUMNS.map((column) => (column === 'seed' ? 'all' : column === 'shards' ? '' : (total[column] ?? '-'))))
console.log(`\non the wire: ${[...wireFaults].map(([fault, times]) => `${fault} ${times}`).join(', ')}`)
const unseen = [...wireFaults].filter(([, times]) => times === 0).map(([fault]) => fault)
if (seeds >= MANY_SEEDS && unseen.length > 0) {
  console.log(`never happened: ${unseen.join(', ')}`)
  wrong++
}
process.exit(wrong === 0 ? 0 : 1)
