import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Invoice } from '../../src/invoice/schema.ts'
import { expectedOf, violationsOf } from './judge.ts'
import { documentOver, plainLine } from './plain-sale.ts'

type Steps = Invoice['roundingSteps']

/** A sale over 10.00 of which `rounding` is taken off or put on. */
function rounded(rounding: number, code: string, exponent: number, roundingSteps?: Steps): Invoice {
  const payable = 10_000 + rounding
  const sale = documentOver([plainLine(1, 10_000)], { currency: { code, exponent } })
  Object.assign(sale.totals, { rounding, payable, tendered: payable })
  return {
    ...sale,
    tenders: [{ type: 'cash', amount: payable }],
    ...(roundingSteps === undefined ? {} : { roundingSteps }),
  }
}

describe('cash rounding', () => {
  it('is less than the smallest cash unit of the currency, up or down', () => {
    for (const [code, exponent, unit] of [
      ['EUR', 2, 5],
      ['NZD', 2, 10],
      ['SEK', 2, 100],
      ['HUF', 2, 500],
      ['KWD', 3, 5],
      ['GBP', 2, 1],
    ] as const) {
      assert.deepEqual(violationsOf(rounded(unit - 1, code, exponent)), [])
      assert.deepEqual(violationsOf(rounded(1 - unit, code, exponent)), [])
      for (const rounding of [unit, -unit]) {
        const sale = rounded(rounding, code, exponent)
        assert.deepEqual(violationsOf(sale), ['rounding-bound /totals/rounding'])
        assert.equal(expectedOf(sale, '/totals/rounding'), unit === 1 ? 0 : `from ${1 - unit} to ${unit - 1}`)
      }
    }
  })

  it('is less than the step where the till declares one, more or less than usual', () => {
    assert.deepEqual(violationsOf(rounded(49, 'EUR', 2, { cash: 50 })), [])
    assert.deepEqual(violationsOf(rounded(-50, 'EUR', 2, { cash: 50 })), ['rounding-bound /totals/rounding'])
    assert.deepEqual(violationsOf(rounded(1, 'EUR', 2, { cash: 1 })), ['rounding-bound /totals/rounding'])
  })

  it('cannot be declared away: no step is more than a hundred cash units', () => {
    for (const name of ['taxes', 'cash'] as const) {
      assert.deepEqual(violationsOf(rounded(0, 'CHF', 2, { [name]: 500 })), [])
      assert.deepEqual(violationsOf(rounded(0, 'CHF', 2, { [name]: 505 })), [`rounding-step /roundingSteps/${name}`])
    }
    assert.ok(violationsOf(rounded(0, 'CHF', 2, { lines: 505 })).includes('rounding-step /roundingSteps/lines'))
  })
})
