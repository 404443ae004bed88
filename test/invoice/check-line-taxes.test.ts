import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Invoice, Line, Tax } from '../../src/invoice/schema.ts'
import { expectedOf, violationsOf } from './judge.ts'
import { documentOver, plainLine } from './plain-sale.ts'

const A = { taxCode: 'A', rate: '0.2' }
const FIRST = '/lines/0/taxes/0/amount'

/** A sale of one line of 10.00 with the tax A, of which the line says `amount`. */
function sale(amount: number, more: Partial<Invoice> = {}, line: Partial<Line> = {}): Invoice {
  const tax: Tax = { ...A, taxableAmount: 1000, taxAmount: 200 }
  return documentOver([plainLine(1, 1000, { taxes: [{ ...A, amount }], ...line })], { taxes: [tax], ...more }, 200)
}

describe('the taxes of lines', () => {
  it('are compared with their lines although tax is rounded once for the document', () => {
    for (const taxRounding of ['document', 'unrounded'] as const) {
      for (const amount of [199, 200, 201]) assert.deepEqual(violationsOf(sale(amount, { taxRounding })), [])
      for (const amount of [0, 198, 202, 99_999]) {
        assert.deepEqual(violationsOf(sale(amount, { taxRounding })), [`tax-amount ${FIRST}`])
        assert.equal(expectedOf(sale(amount, { taxRounding }), FIRST), 200)
      }
    }
  })

  it('may take what rounding leaves: one step for each line, and no more in all', () => {
    const lines = (amounts: number[]) =>
      amounts.map((amount, i) => plainLine(i + 1, 103, { taxes: [{ taxCode: 'A', rate: '0.1', amount }] }))
    const over = (amounts: number[]) =>
      violationsOf(
        documentOver(lines(amounts), { taxes: [{ taxCode: 'A', rate: '0.1', taxableAmount: 412, taxAmount: 41 }] }, 41),
      )
    assert.deepEqual(over([10, 10, 10, 10]), [])
    assert.deepEqual(over([10, 10, 10, 11]), [])
    assert.deepEqual(over([10, 10, 10, 14]), [])
    assert.deepEqual(over([10, 10, 10, 15]), ['tax-amount /lines/3/taxes/0/amount'])
    assert.deepEqual(over([12, 12, 12, 12]), ['line-tax-sum /taxes/0/taxAmount'])
  })

  it('are between nothing and the whole tax where only the till knows how a discount was spread', () => {
    const discounted = (amount: number, off: number, taxes: Tax[]) =>
      documentOver(
        [plainLine(1, 1000, { taxes: [{ ...A, amount }] })],
        { discounts: [{ amount: off }], taxes },
        taxes[0]?.taxAmount,
      )
    const taxes = [{ ...A, taxableAmount: 900, taxAmount: 180 }]
    for (const amount of [179, 180, 200, 201]) assert.deepEqual(violationsOf(discounted(amount, 100, taxes)), [])
    assert.deepEqual(violationsOf(discounted(202, 100, taxes)), [`tax-amount ${FIRST}`])
    assert.equal(expectedOf(discounted(202, 100, taxes), FIRST), 'from 0 to 200')
    assert.deepEqual(violationsOf(discounted(100, 100, taxes)), ['line-tax-sum /taxes/0/taxAmount'])
    const surcharged = [{ ...A, taxableAmount: 1100, taxAmount: 220 }]
    assert.deepEqual(violationsOf(discounted(220, -100, surcharged)), [])
    assert.deepEqual(violationsOf(discounted(222, -100, surcharged)), [`tax-amount ${FIRST}`])
  })

  it('are at most those of the line and a surcharge, with the taxes that their bases include', () => {
    const [IEPS, IVA] = [
      { taxCode: 'IEPS', rate: '0.08' },
      { taxCode: 'IVA', rate: '0.16' },
    ]
    const surcharged = (iva: number) => {
      const taxes = [
        { ...IEPS, amount: 880 },
        { ...IVA, amount: iva },
      ]
      const groups: Tax[] = [
        { ...IEPS, taxableAmount: 11_000, taxAmount: 880 },
        { ...IVA, taxableAmount: 11_880, taxAmount: 1901, baseIncludes: ['IEPS'] },
      ]
      return documentOver([plainLine(1, 10_000, { taxes })], { discounts: [{ amount: -1000 }], taxes: groups }, 2781)
    }
    for (const iva of [1728, 1901, 1902]) assert.deepEqual(violationsOf(surcharged(iva)), [])
    assert.deepEqual(violationsOf(surcharged(1903)), ['tax-amount /lines/0/taxes/1/amount'])
    assert.equal(expectedOf(surcharged(1903), '/lines/0/taxes/1/amount'), 'from 0 to 1901')
  })

  it('are each listed once on a line', () => {
    const twice = [
      { ...A, amount: 200 },
      { ...A, amount: 0 },
    ]
    assert.deepEqual(violationsOf(sale(0, {}, { taxes: twice })), ['line-tax-duplicate /lines/0/taxes/1'])
  })
})

describe('tax for each unit', () => {
  const units = (amount: number, line: Partial<Line>, more: Partial<Invoice> = {}) => {
    const key = { taxCode: 'A', rate: '0.0825' }
    const of = plainLine(1, 1650, { quantity: '30', unitPrice: '55', taxes: [{ ...key, amount }], ...line })
    const taxes = [{ ...key, taxableAmount: 1650, taxAmount: amount }]
    return violationsOf(documentOver([of], { taxRounding: 'unit', taxes, ...more }, amount))
  }

  it('is rounded for one and multiplied by the quantity', () => {
    assert.deepEqual(units(150, {}, { roundingMode: 'halfUp' }), [])
    assert.deepEqual(units(120, {}, { roundingMode: 'down' }), [])
    for (const amount of [120, 180]) assert.deepEqual(units(amount, {}), [])
    for (const amount of [136, 149, 210])
      assert.deepEqual(units(amount, {}), [`tax-amount ${FIRST}`, 'line-tax-sum /taxes/0/taxAmount'])
  })

  it('is the tax of the line where the quantity is not whole or the price is for several', () => {
    assert.deepEqual(units(136, { quantity: '0.5', unitPrice: '3300' }, { roundingMode: 'halfUp' }), [])
    assert.deepEqual(units(136, { quantity: '30', unitPrice: '550', priceBase: '10' }, { roundingMode: 'halfUp' }), [])
  })

  it('is near that of the base where only the till knows how a discount was spread', () => {
    const key = { taxCode: 'A', rate: '0.0825' }
    const over = (tax: number, line: Partial<Line> = {}, taxMode: Invoice['taxMode'] = 'exclusive') => {
      const of = plainLine(1, 1650, { quantity: '30', unitPrice: '55', taxes: [{ ...key, amount: tax }], ...line })
      const taxableAmount = taxMode === 'exclusive' ? 1500 : 1500 - tax
      const taxes = [{ ...key, taxableAmount, taxAmount: tax }]
      return documentOver([of], { taxRounding: 'unit', taxMode, discounts: [{ amount: 150 }], taxes }, tax)
    }
    for (const tax of [120, 150]) assert.deepEqual(violationsOf(over(tax)), []) // 50 a unit: 4.125
    const one = { quantity: '1', unitPrice: '1650' }
    const weighed = { quantity: '0.5', unitPrice: '3300' }
    for (const line of [one, weighed]) {
      for (const tax of [122, 124, 126]) assert.deepEqual(violationsOf(over(tax, line)), [])
      for (const tax of [0, 121, 127, 136])
        assert.deepEqual(violationsOf(over(tax, line)), ['tax-amount /taxes/0/taxAmount'], String(tax))
      assert.equal(expectedOf(over(0, line), '/taxes/0/taxAmount'), 'from 122 to 126')
    }
    assert.deepEqual(violationsOf(over(114, one, 'inclusive')), [])
    assert.deepEqual(violationsOf(over(0, one, 'inclusive')), ['tax-amount /taxes/0/taxAmount'])
  })

  it('is of the price after the discounts of the line', () => {
    const discounts = [{ amount: 300 }] // 45 a unit: 3.7125
    const line = { grossAmount: 1650, netAmount: 1350, discounts }
    const key = { taxCode: 'A', rate: '0.0825' }
    const of = plainLine(1, 1350, { quantity: '30', unitPrice: '55', ...line, taxes: [{ ...key, amount: 120 }] })
    const taxes = [{ ...key, taxableAmount: 1350, taxAmount: 120 }]
    assert.deepEqual(violationsOf(documentOver([of], { taxRounding: 'unit', roundingMode: 'halfUp', taxes }, 120)), [])
  })
})

describe('tax on a part of a line', () => {
  const coat = (part: number, amount: number, more: Partial<Invoice> = {}) => {
    const key = { taxCode: 'MA', rate: '0.0625' }
    const taxes = [{ ...key, amount, taxableAmount: part }]
    const of = plainLine(1, 22_500, { taxes })
    return documentOver([of], { taxes: [{ ...key, taxableAmount: part, taxAmount: amount }], ...more }, amount)
  }

  it('is charged on the base that the line gives', () => {
    for (const taxRounding of ['line', 'document', 'unit', 'unrounded'] as const) {
      assert.deepEqual(violationsOf(coat(5000, 313, { taxRounding, roundingMode: 'halfUp' })), [])
      assert.deepEqual(violationsOf(coat(0, 0, { taxRounding, roundingMode: 'halfUp' })), [])
    }
    assert.deepEqual(violationsOf(coat(5000, 315, { taxRounding: 'line' })), [
      `tax-amount ${FIRST}`,
      'line-tax-sum /taxes/0/taxAmount',
    ])
  })

  it('is no more than the line', () => {
    assert.deepEqual(violationsOf(coat(22_500, 1406)), [])
    assert.deepEqual(violationsOf(coat(22_501, 1406)), ['line-tax-base /lines/0/taxes/0/taxableAmount'])
    assert.deepEqual(violationsOf(coat(-1, 0)), ['line-tax-base /lines/0/taxes/0/taxableAmount'])
    assert.equal(expectedOf(coat(-1, 0), '/lines/0/taxes/0/taxableAmount'), 'from 0 to 22500')
  })
})

describe('a tax for each piece', () => {
  const RECUPEL = { taxCode: 'RECUPEL', rate: '0' }
  const VAT = { taxCode: 'VAT', rate: '0.21' }
  const kettle = (levy: number, vat: number, sign: '' | '-' = '') => {
    const s = sign === '-' ? -1 : 1
    const taxes: Line['taxes'] = [
      { ...RECUPEL, amount: s * levy, amountPerUnit: '28.93' },
      { ...VAT, amount: s * vat },
    ]
    const line = plainLine(1, s * 11_405, { quantity: `${sign}2`, unitPrice: '5702.48', taxes })
    const groups: Tax[] = [
      { ...RECUPEL, taxableAmount: s * 11_405, taxAmount: s * levy },
      { ...VAT, taxableAmount: s * (11_405 + levy), taxAmount: s * vat, baseIncludes: ['RECUPEL'] },
    ]
    const more = { taxes: groups, taxRounding: 'line', roundingMode: 'halfUp', documentType: 'exchange' } as const
    return violationsOf(documentOver([line], more, s * (levy + vat)))
  }

  it('is the amount times the quantity, and may be in the base of another', () => {
    assert.deepEqual(kettle(58, 2407), [])
    assert.deepEqual(kettle(58, 2407, '-'), [])
    assert.deepEqual(kettle(57, 2407).slice(0, 1), [`tax-amount ${FIRST}`])
    assert.deepEqual(kettle(58, 2395).slice(0, 1), ['tax-amount /lines/0/taxes/1/amount'])
  })
})
