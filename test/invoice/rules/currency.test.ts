import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { exponentOf } from '../../../src/invoice/rules/currency.ts'

describe('exponentOf', () => {
  it('is that of ISO 4217', () => {
    const expected = { EUR: 2, USD: 2, JPY: 0, KRW: 0, KWD: 3, TND: 3, CLF: 4, CHF: 2, XOF: 0, XCG: 2 }
    for (const [code, exponent] of Object.entries(expected)) assert.equal(exponentOf(code), exponent, code)
  })

  it('is unknown for what is no currency or has no minor unit', () => {
    for (const code of ['EURO', 'eur', 'ABC', 'XAU', 'XXX', 'XTS', '', '__proto__', 'constructor'])
      assert.equal(exponentOf(code), undefined, code)
  })
})
