import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CASES, randomPlan } from '../faults/cases.ts'
import { CaseBrokers, runCase } from '../faults/run-case.ts'

/** `npm run test:faults` runs every case, and the random plan with many seeds; here are those that say most a second. */
const CHOSEN = [1, 7, 8, 10, 11, 13, 14, 17, 18, 22, 23, 24]
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)

const brokers = new CaseBrokers()

after(() => brokers.stop())

for (const faultCase of [randomPlan(10), ...CASES.filter(({ number }) => CHOSEN.includes(number))]) {
  test(`${faultCase.name}: the promise holds`, async (t) => {
    t.diagnostic(`SEED=${SEED}`)
    const { findings, acknowledged, longestGapMs } = await runCase(await brokers.of(faultCase), faultCase, SEED)
    assert.deepEqual(findings, [])
    t.diagnostic(`${acknowledged} acknowledged, longest gap ${Math.round(longestGapMs)} ms`)
  })
}
