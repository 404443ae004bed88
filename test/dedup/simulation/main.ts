/**
 * `node test/dedup/simulation/main.ts [--seeds N] [--first N]`: runs the loop of `tillgate dedup` against a simulated
 * log, one run for each seed. The first run that goes wrong ends it, with its seed.
 */
import { parseArgs } from 'node:util'
import { runSeed } from './run-seed.ts'

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '10000' }, first: { type: 'string', default: '1' } },
})
const first = Number(values.first)
const total = { raw: 0, unique: 0, conflicts: 0, deaths: 0 }
const startMs = performance.now()
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  const result = await runSeed(seed).catch((error: unknown) => {
    throw new Error(`seed ${seed}`, { cause: error })
  })
  for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += result[key]
}
console.log({ seeds: Number(values.seeds), ...total, seconds: Math.round(performance.now() - startMs) / 1_000 })
