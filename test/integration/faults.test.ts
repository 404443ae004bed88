import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ProxiedKafka } from '../../dev/kafka/proxied-cluster.ts'
import { CASES, randomPlan } from '../faults/cases.ts'
import { runCase } from '../faults/run-case.ts'
import { startBrokers } from '../faults/world.ts'

/** `npm run test:faults` runs every case, and the random plan with many seeds; here are those that say most a second. */
const CHOSEN = [1, 7, 8, 10, 11, 13, 14, 17, 24]
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)

let kafka: ProxiedKafka

before(async () => {
  kafka = await startBrokers()
})

after(() => kafka.stop())

for (const faultCase of [...CASES.filter(({ number }) => CHOSEN.includes(number)), randomPlan(10)]) {
  test(`${faultCase.name}: the promise holds`, async (t) => {
    t.diagnostic(`SEED=${SEED}`)
    const { findings, acknowledged, longestGapMs } = await runCase(kafka, faultCase, SEED)
    assert.deepEqual(findings, [])
    t.diagnostic(`${acknowledged} acknowledged, longest gap ${Math.round(longestGapMs)} ms`)
  })
}
