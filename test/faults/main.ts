/**
 * `npm run test:faults -- [--cases 7,11] [--rounds 1] [--seeds 20] [--first-seed 1] [--seconds 20]`
 * `[--compression zstd]`: runs every case `--rounds` times, and the random plan with `--seeds` seeds, on three real
 * brokers. Prints a table. Exit code 1 when the promise was broken. Without `--compression`, cases and seeds take all
 * compressions in turns.
 *
 * `--gateway naive` runs the usual use of kafkajs instead; `--gateway without-CHANGE` runs this gateway with one change
 * to kafkajs left out. `--expect-broken` then swaps exit codes 0 and 1.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CHANGES } from '../../src/kafka/kafkajs/changes.ts'
import { CASES, PATIENT_TILLS, randomPlan } from './cases.ts'
import { CaseBrokers, type CaseResult, runCase } from './run-case.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string' },
    seeds: { type: 'string', default: '20' },
    'first-seed': { type: 'string', default: '1' },
    seconds: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '1' },
    compression: { type: 'string' },
    gateway: { type: 'string', default: 'tillgate' },
    'expect-broken': { type: 'boolean', default: false },
  },
})
const wanted = values.cases?.split(',').map(Number)
const firstSeed = Number(values['first-seed'])
const cases = CASES.filter(({ number }) => wanted === undefined || wanted.includes(number)).flatMap((faultCase) =>
  Array.from({ length: Number(values.rounds) }, (_, i) => ({ faultCase, seed: firstSeed + i })),
)
const plans = Array.from({ length: wanted?.includes(0) === false ? 0 : Number(values.seeds) }, (_, i) => ({
  faultCase: randomPlan(Number(values.seconds), values.gateway === 'naive' ? PATIENT_TILLS : undefined),
  seed: firstSeed + i,
}))

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const programs: Record<string, string[] | undefined> = { tillgate: undefined, naive: [script('./naive.ts')] }
for (const change of CHANGES) programs[`without-${change}`] = [script('./unhardened.ts'), change]
if (!(values.gateway in programs)) throw new Error(`--gateway is one of ${Object.keys(programs)}`)

const brokers = new CaseBrokers()
const results: CaseResult[] = []
const line = (cells: (string | number)[]) =>
  console.log(cells.map((cell, i) => String(cell).padEnd(WIDTHS[i] ?? 0)).join(' '))
const WIDTHS = [4, 56, 6, 11, 12, 5, 10, 9, 11]
try {
  line(['case', '', 'seed', 'compression', 'acknowledged', 'lost', 'duplicated', 'reordered', 'longest gap', 'verdict'])
  for (const { faultCase: one, seed } of [...cases, ...plans]) {
    const { compression: KAFKA_COMPRESSION } = values
    const faultCase = KAFKA_COMPRESSION ? { ...one, environment: { ...one.environment, KAFKA_COMPRESSION } } : one
    const result = await runCase(await brokers.of(faultCase), faultCase, seed, programs[values.gateway])
    results.push(result)
    const { number, name, compression, acknowledged, lost, duplicated, reordered, longestGapMs, findings } = result
    const gap = `${(longestGapMs / 1_000).toFixed(1)} s`
    line([
      number || '-',
      name,
      seed,
      compression,
      acknowledged,
      lost,
      duplicated,
      reordered,
      gap,
      findings.length === 0 ? 'held' : 'BROKEN',
    ])
    for (const finding of findings) console.log(`     ${finding}`)
  }
} finally {
  await brokers.stop()
}
const broken = results.filter(({ findings }) => findings.length > 0).length
const total = results.reduce((sum, { acknowledged }) => sum + acknowledged, 0)
console.log(`\n${results.length} runs, ${total} invoices acknowledged, ${broken} runs broken`)
process.exit(broken > 0 === values['expect-broken'] ? 0 : 1)
