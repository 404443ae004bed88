import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { data } from 'currency-codes'
import { cashUnitOf } from '../../../src/invoice/rules/cash-unit.ts'
import { exponentOf } from '../../../src/invoice/rules/currency.ts'

/** `cashRounding` and `cashDigits` of CLDR 48, in minor units of ISO 4217, for the currencies that are in use. */
const CLDR = {
  5: 'CAD CHF',
  50: 'DKK',
  100: 'AMD CRC CZK GYD MNT MUR NOK RSD SEK TWD TZS UZS AFN ALL COP IDR IRR KPW LAK LBP MGA MMK PKR SOS SYP YER',
  500: 'HUF',
  1000: 'IQD',
}

describe('cashUnitOf', () => {
  it('is the smallest coin that shops still give', () => {
    const units = { EUR: 5, USD: 5, GBP: 1, CHF: 5, NZD: 10, SEK: 100, HUF: 500, TWD: 100, COP: 5000, KWD: 5, JPY: 1 }
    for (const [code, unit] of Object.entries(units)) assert.equal(cashUnitOf(code), unit, code)
  })

  it('is never less than what CLDR says', () => {
    for (const [unit, codes] of Object.entries(CLDR))
      for (const code of codes.split(' ')) assert.ok(cashUnitOf(code) >= Number(unit), code)
  })

  it('is a positive number of minor units for every currency, and one major unit for one that is not known', () => {
    for (const { code } of data) {
      const unit = cashUnitOf(code)
      assert.ok(Number.isInteger(unit) && unit >= 1 && unit <= 1_000_000, code)
    }
    assert.equal(exponentOf('RUB'), 2)
    assert.equal(cashUnitOf('RUB'), 100)
    assert.equal(cashUnitOf('???'), 100)
  })
})
