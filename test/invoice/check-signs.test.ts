import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Invoice } from '../../src/invoice/schema.ts'
import { violationsOf } from './judge.ts'
import { documentOver, emptyDocument, plainLine, plainSale } from './plain-sale.ts'

const priced = (net: number) => plainLine(1, net, net < 0 ? { quantity: '-1', unitPrice: String(-net) } : {})
const of = (documentType: Invoice['documentType'], net: number) =>
  violationsOf(
    documentOver([priced(net)], {
      documentType,
      references: documentType === 'void' ? [{ type: 'voids', receiptNumber: 'T1-6' }] : [],
    }),
  )

describe('signs', () => {
  it('let a sale take money, a return give it, an exchange and a void do either', () => {
    assert.deepEqual([of('sale', 500), of('return', -500), of('exchange', 500), of('exchange', -500)].flat(), [])
    assert.deepEqual([of('void', 500), of('void', -500)].flat(), [])
    assert.deepEqual(of('sale', -500), ['payable-sign /totals/payable'])
    assert.deepEqual(of('return', 500), ['payable-sign /totals/payable'])
  })

  it('let lines of a sale take goods back as long as the sale is none', () => {
    const lines = [plainLine(1, 800), plainLine(2, -25, { quantity: '-1', unitPrice: '25' })]
    assert.deepEqual(violationsOf(documentOver(lines, {})), [])
  })

  it('let only a void take change back', () => {
    const change = {
      ...documentOver([priced(-500)], { documentType: 'void' }),
      references: [{ type: 'voids', receiptNumber: 'x' }],
    }
    change.totals = { ...change.totals, tendered: -700, change: -200 }
    change.tenders = [{ type: 'cash', amount: -700 }]
    assert.deepEqual(violationsOf(change), [])
    assert.deepEqual(violationsOf({ ...change, documentType: 'return' }), ['change-sign /totals/change'])
  })

  it('let a document without money have none', () => {
    for (const type of ['noSale', 'skipped', 'cancelled'] as const)
      assert.deepEqual(violationsOf(emptyDocument(type)), [])
    const cancelled = { ...emptyDocument('cancelled'), lines: plainSale().lines, taxes: plainSale().taxes }
    assert.deepEqual(violationsOf(cancelled), [])
    assert.deepEqual(
      violationsOf({ ...cancelled, documentType: 'skipped' }).filter((text) => /unsettled/.test(text)),
      ['unsettled-money /lines', 'unsettled-money /taxes'],
    )
  })

  it('let a cancelled document show a payment that was undone', () => {
    const tenders = [
      { type: 'card', amount: 500 },
      { type: 'card', amount: -500 },
    ]
    assert.deepEqual(violationsOf({ ...emptyDocument('cancelled'), tenders }), [])
    assert.deepEqual(violationsOf({ ...emptyDocument('cancelled'), tenders: [tenders[0]] }), [
      'tender-sum /totals/tendered',
    ])
  })

  it('name every total that is not zero', () => {
    const document = { ...plainSale(), documentType: 'cancelled' }
    assert.equal(violationsOf(document).filter((text) => text.startsWith('unsettled-money /totals/')).length, 8)
  })
})
