import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { isGtin } from '../../../src/invoice/rules/gtin.ts'

describe('isGtin', () => {
  it('knows GTIN-8, -12, -13 and -14 by their check digit', () => {
    for (const gtin of ['96385074', '036000291452', '4006381333931', '10012345678902']) assert.ok(isGtin(gtin), gtin)
  })

  it('refuses other lengths and other characters', () => {
    for (const text of ['', '0', '400638133393', '0000000000000000', '400638133393x', '４006381333931'])
      assert.ok(!isGtin(text))
  })

  it('notices every single wrong digit', () => {
    fc.assert(
      fc.property(fc.nat({ max: 12 }), fc.integer({ min: 1, max: 9 }), (at, by) => {
        const digits = [...'4006381333931'].map(Number)
        digits[at] = ((digits[at] as number) + by) % 10
        assert.ok(!isGtin(digits.join('')))
      }),
    )
  })
})
