import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exemptAt } from '../../../src/invoice/card-numbers/exempt.ts'

test('a pointer exempts a member and all that is in it', () => {
  const isExempt = exemptAt(['/extensions/orders', '/lines/*/itemCode', '/extensions/a~1b~0c'])
  for (const path of [
    ['extensions', 'orders'],
    ['extensions', 'orders', 3, 'id'],
    ['lines', 0, 'itemCode'],
    ['extensions', 'a/b~c'],
  ])
    assert.ok(isExempt(path), path.join())
  for (const path of [[], ['extensions'], ['extensions', 'order'], ['lines', 0, 'gtin'], ['orders']])
    assert.ok(!isExempt(path), path.join())
})

test('without pointers nothing is exempt', () => {
  assert.ok(!exemptAt([])(['extensions']))
})
