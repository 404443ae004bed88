/**
 * `npm run fuzz -- [--cases 10000] [--seed N] [--only CASE]`: random uploads against the whole way of uploads, judged
 * by a plain model. Prints the seed first, and how often what came at the end; exit code 1 at the first surprise.
 */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { fuzzUploads } from './run-uploads.ts'

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '10000' }, seed: { type: 'string' }, only: { type: 'string' } },
})
const seed = Number(values.seed ?? randomInt(2 ** 31))
console.log(`seed ${seed}`)
const counts = await fuzzUploads({
  seed,
  cases: Number(values.cases),
  only: values.only === undefined ? undefined : Number(values.only),
  onProgress: (cases) => console.log(`${cases} cases`),
})
for (const [name, count] of [...counts].sort()) console.log(`${String(count).padStart(6)} ${name}`)
