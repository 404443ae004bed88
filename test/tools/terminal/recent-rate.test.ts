import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecentRate } from '../../../src/tools/terminal/recent-rate.ts'

test('a rate is that of the latest 15 seconds; nothing is said of less than one', () => {
  const rate = new RecentRate()
  rate.add(0, 1_000)
  assert.equal(rate.perSecond(), undefined)
  rate.add(900, 1_900)
  assert.equal(rate.perSecond(), undefined)
  for (let second = 1; second <= 10; second++) rate.add(second * 1_000, 1_000 + second * 100)
  assert.equal(rate.perSecond(), 100)
  for (let second = 11; second <= 26; second++) rate.add(second * 1_000, 2_000)
  assert.equal(rate.perSecond(), 0)
})
