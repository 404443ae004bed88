import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Top } from '../../src/console/top.ts'

test('the highest are kept, whatever their order', () => {
  const top = new Top<number>(3, (one) => one)
  for (let n = 0; n < 1_000; n++) top.add((n * 7) % 1_000)
  assert.deepEqual(top.highest, [999, 998, 997])
})
