import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cardNumberPolicy } from '../../src/invoice/check-card-numbers.ts'
import { validateInvoice } from '../../src/invoice/validate.ts'
import { saleWith } from './card-numbers/member.ts'
import { judge, violationsOf } from './judge.ts'
import { type Breakable, plainSale, RECEIVED_AT } from './plain-sale.ts'

const CARD = '4111111111111111'
const PRINTED = '4111 1111 1111 1111'
const TRACK_2 = `;${CARD}=27121010000012300000?`
const found = (pointer: string, value: unknown) => violationsOf(saleWith(pointer, value))

/** The verdict under these settings. */
function judgeWith(document: Breakable, mode: 'refuse' | 'warn', exempt: string[] = []) {
  const cardNumbers = cardNumberPolicy(mode, exempt)
  const options = { arithmetic: () => 'strict' as const, receivedAt: RECEIVED_AT, cardNumbers }
  return validateInvoice(Buffer.from(JSON.stringify(document)), options)
}

describe('card numbers', () => {
  it('are found in every text and in extensions, at any depth', () => {
    for (const pointer of [
      '/receiptNumber',
      '/cashier/id',
      '/customer/loyaltyId',
      '/lines/0/description',
      '/lines/0/discounts/0/reason',
      '/tenders/0/reference',
      '/delivery/reference',
      '/references/0/receiptNumber',
      '/fiscal/payload',
      '/extensions/a',
      '/extensions/a/0/b',
    ])
      assert.ok(found(pointer, PRINTED).includes(`card-number ${pointer}`), pointer)
  })

  it('are found as digits alone where a card is meant: in tenders, and in members with a name that says so', () => {
    for (const pointer of [
      '/tenders/0/reference',
      '/tenders/0/card/token',
      '/tenders/0/card/authCode',
      '/tenders/0/card/brand',
      '/extensions/pan',
      '/extensions/card_number',
      '/extensions/Kartennummer',
      '/extensions/payments/0/account',
      '/extensions/kort/0/nr',
      '/extensions/信用卡号',
    ])
      assert.ok(found(pointer, CARD).includes(`card-number ${pointer}`), pointer)
    assert.deepEqual(found('/extensions/pan', Number(CARD)), ['card-number /extensions/pan'])
  })

  it('are not found as digits alone where another number is meant', () => {
    for (const pointer of [
      '/receiptNumber',
      '/customer/loyaltyId',
      '/delivery/reference',
      '/lines/0/itemCode',
      '/extensions/orderId',
      '/extensions/payments/0/orderId',
      '/extensions/card/receiptNumber',
      '/extensions/giftCard/number',
      '/extensions/loyaltyCardNumber',
    ])
      assert.ok(!found(pointer, CARD).includes(`card-number ${pointer}`), pointer)
    assert.deepEqual(found('/extensions/orderId', Number(CARD)), [])
  })

  it('are found beside a word that says card, not beside one that says something else', () => {
    assert.deepEqual(found('/extensions/note', `Bezahlt mit Karte ${CARD}`), ['card-number /extensions/note'])
    assert.deepEqual(found('/extensions/note', `Bestellung ${CARD}`), [])
    assert.deepEqual(found('/extensions/orderNote', `VISA ${CARD}`), ['card-number /extensions/orderNote'])
  })

  it('are found in names of members, which are masked', () => {
    const extensions = { cards: { [CARD]: 1 } }
    assert.deepEqual(violationsOf({ ...plainSale(), extensions }), ['card-number /extensions/cards/(masked)'])
    assert.deepEqual(found(`/extensions/${PRINTED}`, 1), ['card-number /extensions/(masked)'])
  })

  it('are found where escapes hide them', () => {
    const text = JSON.stringify(plainSale()).replace('"0417"', `"\\u0034${PRINTED.slice(1)}"`)
    assert.deepEqual(violationsOf(Buffer.from(text)), ['card-number /cashier/id'])
  })

  it('are found beside what the schema refuses', () => {
    assert.deepEqual(found('/pan', CARD), ['unknown-member /pan', 'card-number /pan'])
  })

  it('are not four digits, a masked number or a long journal', () => {
    const document = saleWith('/tenders/0', {
      type: 'card',
      amount: 2100,
      card: { brand: 'VISA', last4: '1111' },
      reference: '411111******1111',
    })
    document.journalId = '41111111-1111-4111-8111-abcdefabcdef'
    assert.deepEqual(violationsOf(document), [])
  })
})

describe('card numbers in the identity', () => {
  it('refuse the invoice, and it is neither logged nor answered', () => {
    for (const member of ['storeId', 'terminalId', 'journalId']) {
      for (const value of [CARD, `S-${CARD}`, '4111-1111-1111-1111', '378282246310005', '30569309025904']) {
        const result = judge(saleWith(`/${member}`, value))
        assert.deepEqual(violationsOf(saleWith(`/${member}`, value)), [`card-number /${member}`])
        assert.equal(result.kind === 'invalid' && result.identity, undefined)
      }
    }
  })

  it('refuse it as well where card numbers only warn', () => {
    const document = saleWith('/storeId', CARD)
    assert.equal(judgeWith(document, 'warn').kind, 'invalid')
    assert.equal(judge(document, 'lenient').kind, 'invalid')
  })

  it('are seen behind more findings than are listed', () => {
    const cards = Array(200).fill(PRINTED)
    const { storeId: _, ...rest } = plainSale()
    const result = judge({ extensions: { cards }, ...rest, storeId: CARD })
    assert.equal(result.kind === 'invalid' && result.identity, undefined)
  })

  it('are not the numbers of companies, which have checks of their own', () => {
    for (const storeId of ['38400000600013', '310122393500003', '100123456700003', '4006381333931'])
      assert.deepEqual(found('/storeId', storeId), [], storeId)
  })
})

describe('CARD_NUMBERS=warn', () => {
  it('stores the invoice with a warning, like a lenient store', () => {
    const document = saleWith('/extensions/cards', [PRINTED, TRACK_2])
    for (const result of [judgeWith(document, 'warn'), judge(document, 'lenient')])
      assert.deepEqual(result.kind === 'valid' && result.warnings, ['card-number'])
    assert.equal(judgeWith(document, 'refuse').kind, 'invalid')
  })

  it('says nothing about an invoice without card numbers', () => {
    const result = judgeWith(plainSale(), 'warn')
    assert.deepEqual(result.kind === 'valid' && result.warnings, [])
  })
})

describe('CARD_NUMBERS_EXEMPT', () => {
  it('is where no card number is looked for, with all that is in it', () => {
    const document = saleWith('/extensions/orders', [{ id: PRINTED }, { id: PRINTED, card: [CARD] }])
    assert.equal(judgeWith(document, 'refuse', ['/extensions/orders']).kind, 'valid')
    assert.equal(judgeWith(document, 'refuse', ['/extensions/*/*/id', '/extensions/orders/1/card/*']).kind, 'valid')
    const result = judgeWith(document, 'refuse', ['/extensions/orders/*/id'])
    assert.deepEqual(result.kind === 'invalid' && result.errors.map(({ pointer }) => pointer), [
      '/extensions/orders/1/card/0',
    ])
  })

  it('may be a member of the identity', () => {
    assert.equal(judgeWith(saleWith('/storeId', CARD), 'refuse', ['/storeId']).kind, 'valid')
  })

  it('never covers track data', () => {
    assert.equal(judgeWith(saleWith('/extensions/a', TRACK_2), 'refuse', ['/extensions/a']).kind, 'invalid')
  })
})
