import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import {
  isZero,
  RATE_ONE,
  rateUnits,
  roundedProduct,
  roundedShare,
  scaleOf,
  unitsOf,
} from '../../../src/invoice/rules/money.ts'
import { fraction, round } from '../../../src/tools/simulate/fraction.ts'

const MODES = ['halfUp', 'halfEven', 'halfDown', 'up', 'down'] as const

const decimal = fc
  .tuple(fc.bigInt({ min: 0n, max: 999_999_999n }), fc.integer({ min: 0, max: 6 }), fc.boolean())
  .map(([units, scale, negative]) => {
    const digits = String(units).padStart(scale + 1, '0')
    const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
    return negative ? `-${text}` : text
  })

describe('decimal text', () => {
  it('is read as units and scale', () => {
    assert.deepEqual(['0', '-1.25', '0.190', '12'].map(unitsOf), [0, -125, 190, 12])
    assert.deepEqual(['0', '-1.25', '0.190', '12'].map(scaleOf), [0, 2, 3, 0])
  })

  it('is zero however zero is written', () => {
    assert.deepEqual(['0', '-0', '0.000', '-0.0', '0.001', '10'].map(isZero), [true, true, true, true, false, false])
  })
})

describe('roundedProduct', () => {
  it('multiplies quantity and price and divides by the price base', () => {
    assert.equal(roundedProduct('3', '199', '1', 0, 'halfUp'), 597)
    assert.equal(roundedProduct('0.482', '1290', '1', 0, 'halfUp'), 622)
    assert.equal(roundedProduct('42.31', '174.9', '1', 0, 'halfUp'), 7400)
    assert.equal(roundedProduct('250', '89', '100', 0, 'halfUp'), 223)
    assert.equal(roundedProduct('250', '89', '100', 0, 'halfEven'), 222)
    assert.equal(roundedProduct('-1', '25', '0.5', 0, 'halfUp'), -50)
  })

  it('is exact where floats are not', () => {
    assert.equal(roundedProduct('1.1', '1.1', '1', 2, 'down'), 121)
    assert.equal(
      roundedProduct('999999999.999999', '999999999999.999999', '0.000001', 0, 'down'),
      Number((999_999_999_999_999n * 999_999_999_999_999_999n) / 1_000_000n),
    )
    assert.equal(roundedProduct('1.005', '100', '1', 0, 'halfUp'), 101)
  })

  it('is the rounded fraction for any decimals', () => {
    const base = decimal.filter((text) => !text.startsWith('-') && !isZero(text))
    fc.assert(
      fc.property(decimal, decimal, base, fc.constantFrom(...MODES), (a, b, c, mode) => {
        const [an, ad] = fraction(a)
        const [bn, bd] = fraction(b)
        const [cn, cd] = fraction(c)
        assert.equal(roundedProduct(a, b, c, 0, mode) + 0, round([an * bn * cd, ad * bd * cn], mode) + 0)
      }),
    )
  })
})

describe('roundedShare', () => {
  it('is tax on top, and tax that is included', () => {
    assert.equal(rateUnits('0.19'), 19_000_000)
    assert.equal(roundedShare(1000, rateUnits('0.19'), RATE_ONE, 'halfUp'), 190)
    assert.equal(roundedShare(1190, rateUnits('0.19'), RATE_ONE + rateUnits('0.19'), 'halfUp'), 190)
    assert.equal(roundedShare(-50, rateUnits('0.05'), RATE_ONE, 'halfUp'), -3)
    assert.equal(roundedShare(-50, rateUnits('0.05'), RATE_ONE, 'halfEven'), -2)
  })

  it('stays exact for the largest amounts', () => {
    assert.equal(roundedShare(999_999_999_999, rateUnits('0.19999999'), RATE_ONE, 'down'), 199_999_989_999)
  })
})
