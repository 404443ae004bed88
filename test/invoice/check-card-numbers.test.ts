import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { judge, violationsOf } from './judge.ts'
import { type Breakable, plainSale } from './plain-sale.ts'

const CARD = '4111111111111111'
const GTIN_AND_CARD = '36004006382097'
const found = (change: (document: Breakable) => void) => {
  const document: Breakable = plainSale()
  change(document)
  return violationsOf(document)
}

describe('card numbers', () => {
  it('are found in every text and in extensions, at any depth', () => {
    const cases: [(d: Breakable) => void, string][] = [
      [(d) => (d.receiptNumber = CARD), '/receiptNumber'],
      [(d) => (d.lines[0].description = `Gift ${CARD}`), '/lines/0/description'],
      [(d) => (d.lines[0].discounts[0].reason = '3782 822463 10005'), '/lines/0/discounts/0/reason'],
      [(d) => (d.tenders[0].reference = '4111-1111-1111-1111'), '/tenders/0/reference'],
      [(d) => (d.fiscal = { scheme: 'x', payload: `V0;${CARD};` }), '/fiscal/payload'],
      [(d) => (d.extensions = { a: [{ b: CARD }] }), '/extensions/a/0/b'],
      [(d) => (d.extensions = { a: Number(CARD) }), '/extensions/a'],
      [(d) => (d.extensions = { [CARD]: 1 }), '/extensions/(masked)'],
      [(d) => (d.storeId = CARD), '/storeId'],
      [(d) => (d.tenders[0].card = { brand: 'VISA', last4: '1111', token: CARD }), '/tenders/0/card/token'],
    ]
    for (const [change, pointer] of cases) assert.deepEqual(found(change), [`card-number ${pointer}`])
  })

  it('are found where escapes hide them', () => {
    const text = JSON.stringify(plainSale()).replace('"0417"', `"\\u0034${CARD.slice(1)}"`)
    assert.deepEqual(violationsOf(Buffer.from(text)), ['card-number /cashier/id'])
  })

  it('are found beside what the schema refuses', () => {
    assert.deepEqual(
      found((d) => (d.pan = CARD)),
      ['unknown-member /pan', 'card-number /pan'],
    )
  })

  it('are refused in lenient stores as well', () => {
    const document: Breakable = plainSale()
    document.cashier.id = CARD
    assert.equal(judge(document, 'lenient').kind, 'invalid')
  })

  it('are not what a GTIN is taken for where items are named', () => {
    assert.deepEqual(
      found((d) => Object.assign(d.lines[0], { gtin: GTIN_AND_CARD, itemCode: GTIN_AND_CARD })),
      [],
    )
    assert.deepEqual(
      found((d) => (d.lines[0].description = `${GTIN_AND_CARD} Cola`)),
      [],
    )
    assert.deepEqual(
      found((d) => (d.receiptNumber = GTIN_AND_CARD)),
      ['card-number /receiptNumber'],
    )
  })

  it('are not four digits, a masked number or a long journal', () => {
    const document: Breakable = plainSale()
    document.tenders[0] = {
      type: 'card',
      amount: 2100,
      card: { brand: 'VISA', last4: '1111' },
      reference: '411111******1111',
    }
    document.journalId = '41111111-1111-4111-8111-abcdefabcdef'
    assert.deepEqual(violationsOf(document), [])
  })
})
