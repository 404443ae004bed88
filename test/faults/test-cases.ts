import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { FaultCase } from './fault-case.ts'
import { CaseBrokers, runCase } from './run-case.ts'

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)

/** A test for each case, on brokers that cases of one kind share. `SEED` repeats the run of a seed. */
export function testCases(cases: readonly FaultCase[]): void {
  const brokers = new CaseBrokers()
  after(() => brokers.stop())
  for (const faultCase of cases) {
    test(`${faultCase.name}: the promise holds`, async (t) => {
      t.diagnostic(`SEED=${SEED}`)
      const { findings, acknowledged, longestGapMs } = await runCase(await brokers.of(faultCase), faultCase, SEED)
      assert.deepEqual(findings, [])
      t.diagnostic(`${acknowledged} acknowledged, longest gap ${Math.round(longestGapMs)} ms`)
    })
  }
}
