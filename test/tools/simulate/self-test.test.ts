import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge } from '../../../src/tools/simulate/self-test.ts'

const quiet = { p50: 0.6, p90: 1, p99: 1.2, p999: 1.4, max: 2 }
const measured = {
  constant: { p50: 51, p90: 51.5, p99: 52.9, p999: 60, max: 60 },
  lateness: quiet,
  serverLateMs: 0.1,
  slowShare: 0.21,
  unansweredShare: 0.22,
  agedShare: 0.22,
}

test('what is measured within 3 ms and 4 points is right, also on a noisy machine', () => {
  assert.deepEqual(judge(measured, null), { fault: null, refusal: null })
  assert.deepEqual(judge({ ...measured, serverLateMs: 9 }, null), { fault: null, refusal: null })
})

test('a percentile that is off on a quiet machine is a fault, on a noisy one a refusal', () => {
  for (const off of [{ p50: 46.9 }, { p90: 53.1 }, { p99: 53.1 }]) {
    const constant = { ...measured.constant, ...off }
    assert.match(judge({ ...measured, constant }, null).fault ?? '', /50 ms/)
    const noisy = judge({ ...measured, constant, lateness: { ...quiet, p99: 2.5 } }, null)
    assert.equal(noisy.fault, null)
    assert.match(noisy.refusal ?? '', /2\.5 ms late/)
  }
})

test('slow invoices that are not counted are a fault wherever it runs', () => {
  for (const slowShare of [0.002, 0.15, 0.25])
    assert.match(judge({ ...measured, slowShare, serverLateMs: 9 }, null).fault ?? '', /slow invoices/)
})

test('what was never answered has to be there, and to count with its age', () => {
  for (const off of [{ agedShare: 0 }, { agedShare: 0.17 }, { unansweredShare: 0, agedShare: 0 }])
    assert.match(judge({ ...measured, ...off, serverLateMs: 9 }, null).fault ?? '', /without an answer/)
})

test('a simulator that was too busy says nothing', () => {
  assert.deepEqual(judge(measured, 'busy'), { fault: null, refusal: 'busy' })
})
