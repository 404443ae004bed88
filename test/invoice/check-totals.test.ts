import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import type { Invoice } from '../../src/invoice/schema.ts'
import { validInvoice } from './generate.ts'
import { expectedOf, judge, violationsOf } from './judge.ts'
import { type Breakable, documentOver, plainLine, plainSale } from './plain-sale.ts'

const settled = validInvoice().filter(({ documentType }) => !['cancelled', 'noSale', 'skipped'].includes(documentType))
const SUMS = ['line-net-sum', 'document-discount-sum', 'tax-sum', 'tender-sum', 'net-total', 'tax-inclusive-sum']
const CHAIN = [...SUMS, 'payable-sum', 'change-sum']

/** The violations of the equations of the totals, as `pointer expected`. */
function sumsBroken(document: unknown): string[] {
  const result = judge(document)
  if (result.kind === 'valid') return []
  return result.errors
    .filter(({ code }) => CHAIN.includes(code))
    .map(({ pointer, expected }) => `${pointer} ${expected}`)
}

describe('totals', () => {
  it('are each told with the right value, whichever is wrong, and no other with it', () => {
    fc.assert(
      fc.property(settled, fc.nat(), fc.constantFrom(-3, -1, 1, 7), (invoice, at, by) => {
        const names = Object.keys(invoice.totals) as (keyof Invoice['totals'])[]
        const name = names[at % names.length] as keyof Invoice['totals']
        const changed = structuredClone(invoice)
        changed.totals[name] += by
        assert.deepEqual(sumsBroken(changed), [`/totals/${name} ${invoice.totals[name]}`])
      }),
    )
  })

  it('are sums of the lists: one wrong amount in a list is one wrong total', () => {
    const document: Breakable = plainSale()
    document.tenders[0].amount = 2101
    assert.deepEqual(sumsBroken(document), ['/totals/tendered 2101'])
    const discounted: Breakable = plainSale()
    discounted.discounts.push({ amount: 5 })
    assert.deepEqual(sumsBroken(discounted), ['/totals/documentDiscount 5'])
  })

  it('ask for more money where too little was tendered, and for less change where too much was given', () => {
    const document = documentOver([plainLine(1, 1500)], { tenders: [{ type: 'cash', amount: 1400 }] })
    document.totals.tendered = 1400
    assert.deepEqual(sumsBroken(document), ['/totals/tendered 1500'])
    document.tenders = [{ type: 'cash', amount: 2000 }]
    Object.assign(document.totals, { tendered: 2000, change: 600 })
    assert.deepEqual(sumsBroken(document), ['/totals/change 500'])
  })

  it('have nothing to give back where a voucher is worth more than is due', () => {
    const meal = (forfeited: number, change = 0) => {
      const tenders: Invoice['tenders'] = [{ type: 'voucher', amount: 2000 }]
      const document = documentOver([plainLine(1, 1500)], { tenders })
      Object.assign(document.totals, { tendered: 2000, change, forfeited })
      return document
    }
    assert.deepEqual(violationsOf(meal(500)), [])
    assert.deepEqual(sumsBroken(meal(499)), ['/totals/forfeited 500'])
    assert.deepEqual(violationsOf(meal(300, 200)), [])
    assert.deepEqual(sumsBroken(meal(500, 1)), ['/totals/change 0'])
    assert.deepEqual(violationsOf({ ...meal(500), tenders: [{ type: 'cash', amount: 2000 }] }), [
      'forfeited-bound /totals/forfeited',
    ])
  })

  it('are checked against each other where a list does not match the schema', () => {
    const document: Breakable = plainSale()
    document.lines[1].description = 7
    document.totals.taxExclusive += 1
    assert.deepEqual(violationsOf(document), ['wrong-type /lines/1/description', 'net-total /totals/taxExclusive'])
    assert.equal(expectedOf(document, '/totals/taxExclusive'), 1900)
  })

  it('have no right value where it cannot be told exactly', () => {
    const lines = Array.from({ length: 3 }, (_, i) => plainLine(i + 1, 999_999_999_999))
    assert.equal(expectedOf({ ...plainSale(), lines }, '/totals/lineNet'), 2_999_999_999_997)
    const document: Breakable = plainSale()
    Object.assign(document.lines[1], { quantity: '999999999', unitPrice: '999999999999' })
    assert.ok(violationsOf(document).includes('gross-amount /lines/1/grossAmount'))
    assert.equal(expectedOf(document, '/lines/1/grossAmount'), undefined)
  })
})
