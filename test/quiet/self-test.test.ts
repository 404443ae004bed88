import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  LATENCY_MS,
  type SelfTest,
  SHARE_TOLERANCE,
  SLOW_SHARE,
  TOLERANCE_MS,
} from '../../src/tools/simulate/self-test.ts'
import { spawnCli } from '../harness/cli-process.ts'

test('self-test: 50 ms are measured as 50 ms, a fifth of stand-still as a fifth of slow invoices', async (t) => {
  // Others may use the machine's cores; then the self-test refuses (4), which is right, and is asked again.
  for (let attempt = 1; attempt <= 3; attempt++) {
    const started = spawnCli(['simulate', '--self-test', '--json'])
    t.after(() => started.end())
    const { code } = await started.exited
    const result = JSON.parse(started.stdout().toString()) as SelfTest
    t.diagnostic(`exit code ${code}: ${JSON.stringify(result.constant)}, slow ${result.slowShare}, ${result.refusal}`)
    assert.ok(code === 0 || code === 4, started.output())
    // What others on the machine do makes more invoices slow, never fewer; where they do too much, it is refused.
    assert.ok(result.slowShare >= SLOW_SHARE - SHARE_TOLERANCE, String(result.slowShare))
    assert.ok(code === 4 || result.slowShare <= SLOW_SHARE + SHARE_TOLERANCE, String(result.slowShare))
    assert.ok(Math.abs(result.constant.p50 - LATENCY_MS) <= TOLERANCE_MS + result.lateness.p99, 'the median, always')
    if (code === 0) return
  }
})
