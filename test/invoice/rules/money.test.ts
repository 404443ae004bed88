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

const to = (mode: (typeof MODES)[number], step = 1) => ({ mode, step })
const steps = fc.constantFrom(1, 1, 5, 100, 1_000_000)

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
    assert.equal(roundedProduct('3', '199', '1', 0, to('halfUp')), 597)
    assert.equal(roundedProduct('0.482', '1290', '1', 0, to('halfUp')), 622)
    assert.equal(roundedProduct('42.31', '174.9', '1', 0, to('halfUp')), 7400)
    assert.equal(roundedProduct('250', '89', '100', 0, to('halfUp')), 223)
    assert.equal(roundedProduct('250', '89', '100', 0, to('halfEven')), 222)
    assert.equal(roundedProduct('-1', '25', '0.5', 0, to('halfUp')), -50)
  })

  it('is exact where floats are not', () => {
    assert.equal(roundedProduct('1.1', '1.1', '1', 2, to('down')), 121)
    assert.equal(
      roundedProduct('999999999.999999', '999999999999.999999', '0.000001', 0, to('down')),
      Number((999_999_999_999_999n * 999_999_999_999_999_999n) / 1_000_000n),
    )
    assert.equal(roundedProduct('1.005', '100', '1', 0, to('halfUp')), 101)
  })

  it('is the rounded fraction for any decimals', () => {
    const base = decimal.filter((text) => !text.startsWith('-') && !isZero(text))
    fc.assert(
      fc.property(decimal, decimal, base, fc.constantFrom(...MODES), steps, (a, b, c, mode, step) => {
        const [an, ad] = fraction(a)
        const [bn, bd] = fraction(b)
        const [cn, cd] = fraction(c)
        const expected = round([an * bn * cd, ad * bd * cn * BigInt(step)], mode) * step
        assert.equal(roundedProduct(a, b, c, 0, { mode, step }) + 0, expected + 0)
      }),
    )
  })
})

describe('roundedShare', () => {
  it('is tax on top, and tax that is included', () => {
    assert.equal(rateUnits('0.19'), 19_000_000)
    assert.equal(roundedShare(1000, rateUnits('0.19'), RATE_ONE, to('halfUp')), 190)
    assert.equal(roundedShare(1190, rateUnits('0.19'), RATE_ONE + rateUnits('0.19'), to('halfUp')), 190)
    assert.equal(roundedShare(-50, rateUnits('0.05'), RATE_ONE, to('halfUp')), -3)
    assert.equal(roundedShare(-50, rateUnits('0.05'), RATE_ONE, to('halfEven')), -2)
  })

  it('stays exact for the largest amounts', () => {
    assert.equal(roundedShare(999_999_999_999, rateUnits('0.19999999'), RATE_ONE, to('down')), 199_999_989_999)
  })

  it('is a multiple of the step', () => {
    assert.equal(roundedShare(62600, rateUnits('0.27'), RATE_ONE + rateUnits('0.27'), to('halfUp', 100)), 13300)
    assert.equal(roundedShare(-250, RATE_ONE, RATE_ONE, to('halfUp', 100)), -300)
    assert.equal(roundedShare(-250, RATE_ONE, RATE_ONE, to('down', 100)), -200)
    const rate = fc.integer({ min: 0, max: 9 * RATE_ONE })
    const amount = fc.integer({ min: -999_999_999_999, max: 999_999_999_999 })
    fc.assert(
      fc.property(amount, rate, fc.constantFrom(...MODES), steps, (of, units, mode, step) => {
        const divisor = RATE_ONE + units
        const expected = round([BigInt(of) * BigInt(units), BigInt(divisor) * BigInt(step)], mode) * step
        assert.equal(roundedShare(of, units, divisor, { mode, step }) + 0, expected + 0)
      }),
    )
  })
})
