import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { exactTaxes, type Fraction, rounded, type TaxTerm } from '../../../src/invoice/rules/exact-tax.ts'
import { EXACT_ONE, rateUnits } from '../../../src/invoice/rules/money.ts'

const term = (rate: string, more: Partial<TaxTerm> = {}): TaxTerm => ({
  rate: rateUnits(rate),
  includes: [],
  part: undefined,
  perUnit: 0n,
  ...more,
})
const exact = (amount: number) => BigInt(amount) * EXACT_ONE
const amounts = (fractions: readonly Fraction[]) => fractions.map((each) => rounded(each, { mode: 'halfUp', step: 1 }))

describe('exactTaxes', () => {
  it('charges a tax on the net amount and on the taxes that its base includes', () => {
    const taxes = [term('0.08'), term('0.16', { includes: [0] })]
    assert.deepEqual(amounts(exactTaxes(exact(10_000), taxes, false)), [800, 1728])
  })

  it('finds the same taxes in a price that contains them', () => {
    const taxes = [term('0.08'), term('0.16', { includes: [0] })]
    assert.deepEqual(amounts(exactTaxes(exact(12_528), taxes, true)), [800, 1728])
    const levy = [term('0', { perUnit: exact(29) }), term('0.21', { includes: [0] })]
    assert.deepEqual(amounts(exactTaxes(exact(6935), levy, true)), [29, 1204])
  })

  it('charges a tax with a base of its own on that alone', () => {
    const taxes = [term('0.0625', { part: exact(5000) }), term('0.01')]
    assert.deepEqual(amounts(exactTaxes(exact(22_500), taxes, false)), [313, 225])
    assert.deepEqual(amounts(exactTaxes(exact(22_500 + 225 + 313), taxes, true)), [313, 225])
  })
})
