import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { INVOICE_RULES, type RuleCode } from '../../src/invoice/rules/catalogue.ts'
import { expectedOf, judge } from './judge.ts'
import { type Breakable, emptyDocument, plainLine, plainSale } from './plain-sale.ts'

const sale = (change: (document: Breakable) => void): Breakable => {
  const document: Breakable = plainSale()
  change(document)
  return document
}
const body = (text: string) => Buffer.from(text)
const asText = JSON.stringify(plainSale())

/** A document (or body) that breaks this rule and no other, the pointer of the violation and what would be right. */
const CASES: Record<RuleCode, readonly [Breakable, string, (number | string)?]> = {
  'invalid-utf8': [Buffer.from([0x22, 0xc3, 0x28, 0x22]), ''],
  'byte-order-mark': [body(`\ufeff${asText}`), ''],
  'not-json': [body(asText.slice(0, -1)), '/references'],
  'lone-surrogate': [body(asText.replace('T1-7', 'T1-7\\ud83d')), '/receiptNumber'],
  'duplicate-member': [body(asText.replace('"id":', '"id":"1","i\\u0064":')), '/cashier/id'],
  'too-deep': [
    body(asText.replace('}]', '}],"x":'.concat('['.repeat(40), ']'.repeat(40)))),
    `/lines/0/x${'/0'.repeat(29)}`,
  ],
  'number-not-integer': [body(asText.replace('2070', '2070.0')), '/totals/payable'],
  'number-too-large': [body(asText.replace('2070', '9007199254740992')), '/totals/payable'],

  'missing-member': [sale((d) => delete d.receiptNumber), '/receiptNumber'],
  'unknown-member': [sale((d) => (d.cashier.name = 'x')), '/cashier/name'],
  'wrong-type': [sale((d) => (d.receiptNumber = 7)), '/receiptNumber'],
  'wrong-format': [sale((d) => (d.businessDate = '14.03.2026')), '/businessDate'],
  'unknown-value': [sale((d) => (d.tenders[0].type = 'gold')), '/tenders/0/type'],
  'out-of-range': [sale((d) => (d.sequenceNumber = 0)), '/sequenceNumber'],
  'wrong-length': [sale((d) => (d.lines[1].description = '')), '/lines/1/description'],
  'wrong-count': [sale((d) => (d.discounts = Array(501).fill({ amount: 0 }))), '/discounts'],

  'nul-character': [sale((d) => (d.lines[0].description = 'a\0')), '/lines/0/description'],
  'card-number': [sale((d) => (d.cashier.id = '4111 1111 1111 1111')), '/cashier/id'],
  'currency-unknown': [sale((d) => (d.currency.code = 'XXX')), '/currency/code'],
  'currency-exponent': [sale((d) => (d.currency.exponent = 3)), '/currency/exponent', 2],
  'date-not-real': [sale((d) => (d.businessDate = '2026-02-30')), '/businessDate'],
  'timestamp-not-real': [sale((d) => (d.occurredAt = '2026-03-14T24:00:00Z')), '/occurredAt'],
  'line-number-order': [sale((d) => (d.lines[1].lineNumber = 1)), '/lines/1/lineNumber'],
  'gtin-check-digit': [sale((d) => (d.lines[1].gtin = '4006381333932')), '/lines/1/gtin'],
  'quantity-zero': [
    sale((d) => {
      d.lines[1] = plainLine(2, 1, { quantity: '0.000', unitPrice: '5' })
      Object.assign(d.totals, { lineNet: 901, taxExclusive: 901, taxInclusive: 1072, payable: 1070, tendered: 1100 })
      Object.assign(d.totals, { rounding: -2 })
      d.tenders[0].amount = 1100
    }),
    '/lines/1/quantity',
  ],
  'price-base-zero': [sale((d) => (d.lines[1].priceBase = '0.00')), '/lines/1/priceBase'],
  'tax-group-duplicate': [
    sale((d) => d.taxes.push({ ...d.taxes[0], rate: '0.190', taxableAmount: 0, taxAmount: 0 })),
    '/taxes/1',
  ],
  'reference-incomplete': [sale((d) => d.references.push({ type: 'original', storeId: 'S1' })), '/references/0'],
  'void-without-reference': [sale((d) => (d.documentType = 'void')), '/references'],

  'gross-amount': [sale((d) => (d.lines[1].unitPrice = '1100')), '/lines/1/grossAmount', 1100],
  'line-net': [
    sale((d) => Object.assign(d.lines[1], { unitPrice: '1100', grossAmount: 1100 })),
    '/lines/1/netAmount',
    1100,
  ],
  'discount-sign': [
    sale((d) => Object.assign(d.lines[1], { unitPrice: '900', grossAmount: 900, discounts: [{ amount: -100 }] })),
    '/lines/1/discounts/0/amount',
  ],
  'net-sign': [
    sale((d) => {
      Object.assign(d.lines[1], { netAmount: -500, discounts: [{ amount: 1500 }] })
      Object.assign(d.totals, { lineNet: 400, taxExclusive: 400, taxInclusive: 571, payable: 570, tendered: 600 })
      d.tenders[0].amount = 600
    }),
    '/lines/1/netAmount',
  ],
  'line-net-sum': [
    sale((d) => Object.assign(d.lines[1], { unitPrice: '1100', grossAmount: 1100, netAmount: 1100 })),
    '/totals/lineNet',
    2000,
  ],
  'document-discount-sum': [sale((d) => d.discounts.push({ amount: 5 })), '/totals/documentDiscount', 5],
  'net-total': [
    sale((d) => Object.assign(d.totals, { taxExclusive: 1901, taxInclusive: 2072, rounding: -2 })),
    '/totals/taxExclusive',
    1900,
  ],
  'tax-sum': [sale((d) => (d.taxes[0].taxAmount = 172)), '/totals/tax', 172],
  'tax-inclusive-sum': [
    sale((d) => Object.assign(d.totals, { taxInclusive: 2072, rounding: -2 })),
    '/totals/taxInclusive',
    2071,
  ],
  'payable-sum': [sale((d) => (d.totals.rounding = 4)), '/totals/rounding', -1],
  'tender-sum': [sale((d) => (d.tenders[0].amount = 2101)), '/totals/tendered', 2101],
  'change-sum': [sale((d) => (d.totals.change = 31)), '/totals/change', 30],
  'tax-group-missing': [
    sale((d) => d.lines[1].taxes.push({ taxCode: 'VAT', rate: '0.19', amount: 190 })),
    '/lines/1/taxes/0',
  ],
  'line-tax-duplicate': [
    sale((d) => d.lines[0].taxes.push({ ...d.lines[0].taxes[0], rate: '0.190', amount: 0 })),
    '/lines/0/taxes/1',
  ],
  'tax-on-tax': [sale((d) => (d.taxes[0].baseIncludes = ['IEPS', 'VAT'])), '/taxes/0/baseIncludes/1'],
  'category-rate': [sale((d) => (d.lines[0].taxes[0].category = d.taxes[0].category = 'Z')), '/taxes/0/rate'],
  'discount-taxes': [
    sale((d) => {
      const none = { taxCode: 'NONE', rate: '0' }
      d.lines[1].taxes = [{ ...none, amount: 0 }]
      d.taxes.push({ ...none, taxableAmount: 1000, taxAmount: 0 })
      d.discounts = [{ amount: 0, taxes: [{ taxCode: 'VAT', category: 'S', rate: '0.19' }, none] }]
    }),
    '/discounts/0/taxes',
  ],
  'tax-without-line': [
    sale((d) => d.taxes.push({ taxCode: 'VAT-R', rate: '0.07', taxableAmount: 5, taxAmount: 0 })),
    '/taxes/1/taxableAmount',
    0,
  ],
  'tax-group-base': [sale((d) => (d.taxes[0].taxableAmount = 901)), '/taxes/0/taxableAmount', 900],
  'discount-spread': [
    sale((d) => {
      // The line without tax is 1000: it can take no more of the discount.
      d.discounts = [{ amount: 1001 }]
      Object.assign(d.totals, { documentDiscount: 1001, taxExclusive: 899, taxInclusive: 1070 })
      Object.assign(d.totals, { rounding: 0, payable: 1070, change: 1030 })
    }),
    '/taxes',
    'from -101 to 899',
  ],
  'line-tax-base': [
    sale((d) => {
      Object.assign(d.lines[0].taxes[0], { taxableAmount: 1001, amount: 190 })
      Object.assign(d.taxes[0], { taxableAmount: 1001, taxAmount: 190 })
      Object.assign(d.totals, { tax: 190, taxInclusive: 2090, rounding: 0, payable: 2090, change: 10 })
    }),
    '/lines/0/taxes/0/taxableAmount',
    'from 0 to 1000',
  ],
  'line-tax-sum': [
    sale((d) => {
      d.taxRounding = 'line'
      d.lines[0].taxes[0].amount = 172
    }),
    '/taxes/0/taxAmount',
    172,
  ],
  'tax-amount': [
    sale((d) => {
      d.taxes[0].taxAmount = 173
      Object.assign(d.totals, { tax: 173, taxInclusive: 2073, rounding: -3 })
    }),
    '/taxes/0/taxAmount',
    171,
  ],
  'foreign-amount': [
    sale((d) => (d.tenders[0].foreign = { currency: 'USD', exponent: 2, amount: 2500, rate: '0.85' })),
    '/tenders/0/amount',
    2125,
  ],
  'rounding-bound': [
    sale((d) => {
      Object.assign(d.totals, { rounding: 5, payable: 2076, change: 24 })
    }),
    '/totals/rounding',
    'from -4 to 4',
  ],
  'rounding-step': [sale((d) => (d.roundingSteps = { lines: 1, cash: 501 })), '/roundingSteps/cash', 'from 1 to 500'],
  'forfeited-bound': [
    sale((d) => {
      d.tenders = [
        { type: 'voucher', amount: 20 },
        { type: 'cash', amount: 2080 },
      ]
      Object.assign(d.totals, { change: 0, forfeited: 30 })
    }),
    '/totals/forfeited',
    'from 0 to 20',
  ],
  'payable-sign': [sale((d) => (d.documentType = 'return')), '/totals/payable'],
  'change-sign': [
    sale((d) => {
      Object.assign(d.totals, { tendered: 2040, change: -30 })
      d.tenders[0].amount = 2040
    }),
    '/totals/change',
  ],
  'change-without-tender': [
    Object.assign(emptyDocument('exchange'), {
      totals: { ...emptyDocument('sale').totals, rounding: -3, payable: -3, change: 3 },
    }),
    '/totals/change',
  ],
  'unsettled-money': [Object.assign(emptyDocument('noSale'), { tenders: [{ type: 'cash', amount: 0 }] }), '/tenders'],
}

describe('INVOICE_RULES', () => {
  for (const { code, exact } of INVOICE_RULES) {
    const [document, pointer, expected] = CASES[code]

    it(`${code} alone refuses what breaks only this rule`, () => {
      const result = judge(document)
      assert.notEqual(result.kind, 'valid')
      const found = 'errors' in result ? result.errors.map((error) => `${error.code} ${error.pointer}`) : []
      assert.deepEqual(found, [`${code} ${pointer}`])
      assert.equal(expectedOf(document, pointer), expected)
    })

    const onlyWarns = exact || code === 'card-number'
    it(`${code} ${onlyWarns ? 'only warns' : 'refuses as well'} in a lenient store`, () => {
      const result = judge(document, 'lenient')
      assert.equal(result.kind === 'valid', onlyWarns)
      if (result.kind === 'valid') assert.deepEqual(result.warnings, [code])
    })
  }

  it('have a case each, and each code once', () => {
    assert.deepEqual(Object.keys(CASES), [...new Set(INVOICE_RULES.map(({ code }) => code))])
  })
})

describe('the document that the cases break', () => {
  it('is valid', () => {
    assert.equal(judge(plainSale()).kind, 'valid')
    assert.equal(judge(emptyDocument('noSale')).kind, 'valid')
  })
})
