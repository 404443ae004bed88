import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nearestMember } from '../../src/invoice/nearest-member.ts'
import { LineSchema } from '../../src/invoice/schema/line.ts'

const KNOWN = LineSchema.properties

describe('nearestMember', () => {
  it('finds the member behind another way to write it, and behind a typo', () => {
    for (const [name, member] of [
      ['net_amount', 'netAmount'],
      ['NetAmount', 'netAmount'],
      ['unit-price', 'unitPrice'],
      ['descripton', 'description'],
      ['discount', 'discounts'],
      ['GTIN', 'gtin'],
    ] as const)
      assert.equal(nearestMember(name, KNOWN), member, name)
  })

  it('says nothing of names that resemble none', () => {
    for (const name of ['', 'x', 'vatPercent', 'cashier', 'netto', 'q'.repeat(41), '__proto__', '日本'])
      assert.equal(nearestMember(name, KNOWN), undefined, name)
    assert.equal(nearestMember('a', {}), undefined)
  })
})
