import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitMs } from '../../../src/tools/uploader/wait.ts'

test('half a second, doubling to 15 s, at least half of it', () => {
  const waits = [0, 1, 2, 5, 50].map((failures) => [
    waitMs(failures, undefined, () => 0),
    waitMs(failures, undefined, () => 1),
  ])
  assert.deepEqual(waits, [
    [250, 500],
    [500, 1_000],
    [1_000, 2_000],
    [7_500, 15_000],
    [7_500, 15_000],
  ])
})

test('as long as the gateway asks for, and a little more; five minutes at most', () => {
  assert.equal(
    waitMs(9, 2_000, () => 0),
    2_000,
  )
  assert.equal(
    waitMs(0, 2_000, () => 1),
    2_400,
  )
  assert.equal(
    waitMs(0, 3_600_000, () => 0),
    300_000,
  )
})
