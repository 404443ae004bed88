import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { divideRounded, divideRoundedBig, type RoundingMode } from '../../../src/invoice/rules/rounding.ts'

const MODES: readonly RoundingMode[] = ['halfUp', 'halfEven', 'halfDown', 'up', 'down']

describe('divideRounded', () => {
  it('rounds halves, less and more as each mode says, on both sides of zero', () => {
    const tenths = [24, 25, 26, 35, -24, -25, -26, -35, 30]
    const expected: Record<RoundingMode, number[]> = {
      halfUp: [2, 3, 3, 4, -2, -3, -3, -4, 3],
      halfEven: [2, 2, 3, 4, -2, -2, -3, -4, 3],
      halfDown: [2, 2, 3, 3, -2, -2, -3, -3, 3],
      up: [3, 3, 3, 4, -3, -3, -3, -4, 3],
      down: [2, 2, 2, 3, -2, -2, -2, -3, 3],
    }
    for (const mode of MODES)
      assert.deepEqual(
        tenths.map((n) => divideRounded(n, 10, mode)),
        expected[mode],
        mode,
      )
  })

  it('is the same for plain and big integers', () => {
    const parts = fc.tuple(
      fc.maxSafeInteger(),
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      fc.constantFrom(...MODES),
    )
    fc.assert(
      fc.property(parts, ([n, d, mode]) => {
        assert.equal(divideRounded(n, d, mode) + 0, Number(divideRoundedBig(BigInt(n), BigInt(d), mode)))
      }),
    )
  })

  it('is right next to a multiple, where the quotient of doubles is rounded up', () => {
    const parts = fc.tuple(
      fc.integer({ min: 1, max: 2 ** 31 }),
      fc.integer({ min: 1, max: 2 ** 21 }),
      fc.constantFrom(-1, 1),
    )
    fc.assert(
      fc.property(parts, ([d, q, off]) => {
        for (const mode of MODES)
          assert.equal(
            divideRounded(q * d + off, d, mode),
            Number(divideRoundedBig(BigInt(q) * BigInt(d) + BigInt(off), BigInt(d), mode)),
          )
      }),
    )
  })

  it('is never further from the quotient than one, or than a half in the half modes', () => {
    const parts = fc.tuple(fc.bigInt(), fc.bigInt({ min: 1n }), fc.constantFrom(...MODES))
    fc.assert(
      fc.property(parts, ([n, d, mode]) => {
        const error = divideRoundedBig(n, d, mode) * d - n
        const magnitude = error < 0n ? -error : error
        assert.ok(mode.startsWith('half') ? magnitude * 2n <= d : magnitude < d)
      }),
    )
  })
})
