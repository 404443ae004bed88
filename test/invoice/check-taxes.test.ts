import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Invoice, Line, Tax } from '../../src/invoice/schema.ts'
import { expectedOf, violationsOf } from './judge.ts'
import { documentOver, plainLine } from './plain-sale.ts'

const A = { taxCode: 'A', rate: '0.2' }
const B = { taxCode: 'B', rate: '0.1' }
const taxed = (lineNumber: number, net: number, ...taxes: Line['taxes']) => plainLine(lineNumber, net, { taxes })
const group = (key: Pick<Tax, 'taxCode' | 'rate'>, taxableAmount: number, taxAmount: number): Tax => ({
  ...key,
  taxableAmount,
  taxAmount,
})
const document = (lines: Line[], taxes: Tax[], more: Partial<Invoice> = {}) =>
  documentOver(
    lines,
    { taxes, ...more },
    taxes.reduce((total, { taxAmount }) => total + taxAmount, 0),
  )

describe('tax groups', () => {
  it('may share lines when tax comes on top', () => {
    const lines = [taxed(1, 1000, { ...A, amount: 200 }, { ...B, amount: 100 }), taxed(2, 500, { ...A, amount: 100 })]
    assert.deepEqual(violationsOf(document(lines, [group(A, 1500, 300), group(B, 1000, 100)])), [])
  })

  it('compare rates as numbers', () => {
    const lines = [taxed(1, 1000, { ...A, rate: '0.200', amount: 200 })]
    assert.deepEqual(violationsOf(document(lines, [group(A, 1000, 200)])), [])
  })

  it('tell categories apart', () => {
    const lines = [taxed(1, 1000, { ...A, category: 'S', amount: 200 })]
    assert.deepEqual(violationsOf(document(lines, [group(A, 0, 0)])), ['tax-group-missing /lines/0/taxes/0'])
  })

  it('are 32 at most, and the last is one like the others', () => {
    const keys = Array.from({ length: 32 }, (_, i) => ({ taxCode: `T${i}`, rate: '0.1' }))
    const lines = keys.map((key, i) => taxed(i + 1, 1000, { ...key, amount: 100 }))
    const taxes = keys.map((key) => group(key, 1000, 100))
    assert.deepEqual(violationsOf(document(lines, taxes)), [])
    for (const taxMode of ['exclusive', 'inclusive'] as const) {
      taxes[31] = group(keys[31]!, 1050, 100)
      assert.ok(violationsOf(document(lines, taxes, { taxMode })).includes('tax-group-base /taxes/31/taxableAmount'))
    }
  })

  it('are without tax where prices are with it', () => {
    const lines = [taxed(1, 1200, { ...A, amount: 200 }), taxed(2, 1100, { ...B, amount: 100 })]
    const taxes = [group(A, 1000, 200), group(B, 1000, 100)]
    assert.deepEqual(violationsOf(document(lines, taxes, { taxMode: 'inclusive', roundingMode: 'halfUp' })), [])
    taxes[0] = group(A, 1200, 200)
    assert.deepEqual(violationsOf(document(lines, taxes, { taxMode: 'inclusive' })), [
      'tax-group-base /taxes/0/taxableAmount',
    ])
  })

  it('know included taxes that always come together', () => {
    const lines = [taxed(1, 1300, { ...A, amount: 200 }, { ...B, amount: 100 })]
    const taxes = [group(A, 1000, 200), group(B, 1000, 100)]
    assert.deepEqual(violationsOf(document(lines, taxes, { taxMode: 'inclusive', roundingMode: 'halfUp' })), [])
  })

  it('know included taxes that sometimes come together as far as the lines tell', () => {
    const lines = [taxed(1, 1300, { ...A, amount: 200 }, { ...B, amount: 100 }), taxed(2, 1200, { ...A, amount: 200 })]
    const right = [group(A, 2000, 400), group(B, 1000, 100)]
    assert.deepEqual(violationsOf(document(lines, right, { taxMode: 'inclusive' })), [])
    const wrong = [group(A, 2010, 400), group(B, 1000, 100)]
    assert.deepEqual(violationsOf(document(lines, wrong, { taxMode: 'inclusive' })), [
      'tax-group-base /taxes/0/taxableAmount',
    ])
  })
})

describe('document discounts', () => {
  const lines = [taxed(1, 1000, { ...A, amount: 200 }), taxed(2, 1000, { ...B, amount: 100 })]

  it('lower the base of the groups they are attributed to', () => {
    const discounts = [
      { amount: 100, taxes: [A] },
      { amount: 200, taxes: [B] },
    ]
    assert.deepEqual(violationsOf(document(lines, [group(A, 900, 180), group(B, 800, 80)], { discounts })), [])
    assert.deepEqual(violationsOf(document(lines, [group(A, 800, 180), group(B, 900, 80)], { discounts })), [
      'tax-group-base /taxes/0/taxableAmount',
      'tax-group-base /taxes/1/taxableAmount',
    ])
  })

  it('are attributed to taxes of the document only', () => {
    const discounts = [{ amount: 0, taxes: [{ taxCode: 'C', rate: '0.2' }] }]
    assert.deepEqual(violationsOf(document(lines, [group(A, 1000, 200), group(B, 1000, 100)], { discounts })), [
      'tax-group-missing /discounts/0/taxes/0',
    ])
  })

  it('may be spread in any way without attribution, but not vanish or grow', () => {
    const discounts = [{ amount: 300 }]
    const over = (a: number, b: number) =>
      violationsOf(document(lines, [group(A, a, a / 5), group(B, b, b / 10)], { discounts }))
    assert.deepEqual(over(850, 850), [])
    assert.deepEqual(over(700, 1000), [])
    assert.deepEqual(over(800, 1000), ['discount-spread /taxes'])
    assert.deepEqual(over(600, 1100), [
      'tax-group-base /taxes/0/taxableAmount',
      'tax-amount /taxes/0/taxAmount',
      'tax-group-base /taxes/1/taxableAmount',
      'tax-amount /taxes/1/taxAmount',
    ])
  })

  it('may have both signs, and are then spread each in any way', () => {
    const discounts = [{ amount: 300 }, { amount: -100 }]
    const over = (a: number, b: number, more: Invoice['discounts'] = discounts, c: Line[] = []) =>
      violationsOf(document([...lines, ...c], [group(A, a, a / 5), group(B, b, b / 10)], { discounts: more }))
    assert.deepEqual(over(700, 1100), [])
    assert.deepEqual(over(1100, 700), [])
    assert.deepEqual(over(900, 900), [])
    assert.deepEqual(over(1000, 1000), ['discount-spread /taxes'])
    assert.deepEqual(over(1000, 1000, discounts, [taxed(3, 1000)]), [])
    assert.deepEqual(over(1000, 1000, discounts, [taxed(3, 100)]), ['discount-spread /taxes'])
    assert.deepEqual(over(650, 1150), [
      'tax-group-base /taxes/0/taxableAmount',
      'tax-amount /taxes/0/taxAmount',
      'tax-group-base /taxes/1/taxableAmount',
      'tax-amount /taxes/1/taxAmount',
    ])
    const none = [{ amount: 300 }, { amount: -300 }]
    assert.deepEqual(over(800, 1200, none), [])
    assert.deepEqual(over(800, 1000, none), ['discount-spread /taxes'])
    const included = (a: number, b: number) => [
      taxed(1, 1200, { ...A, amount: a / 5 }),
      taxed(2, 1100, { ...B, amount: b / 10 }),
    ]
    const inclusive = (a: number, b: number) =>
      violationsOf(
        document(included(a, b), [group(A, a, a / 5), group(B, b, b / 10)], {
          discounts: [{ amount: 240 }, { amount: -110 }],
          taxMode: 'inclusive',
        }),
      )
    assert.deepEqual(inclusive(800, 1100), [])
    assert.deepEqual(inclusive(1000, 1000), ['discount-spread /taxes'])
  })

  it('raise lines without tax by any surcharge, and lower them by no more than they are', () => {
    const over = (amount: number, net = 1000) =>
      violationsOf(document([taxed(1, net)], [], { discounts: [{ amount }] }))
    assert.deepEqual(over(-100), [])
    assert.deepEqual(over(-2000), [])
    assert.deepEqual(over(1000), [])
    assert.deepEqual(over(1001), ['payable-sign /totals/payable', 'discount-spread /taxes'])
    const empties = [taxed(1, 1000, { ...A, amount: 200 }), taxed(2, -500)]
    assert.deepEqual(violationsOf(document(empties, [group(A, 1000, 200)], { discounts: [{ amount: 100 }] })), [
      'discount-spread /taxes',
    ])
  })

  it('leave line rounding to the till, within two minor units a line', () => {
    const discounts = [{ amount: 100, taxes: [A] }]
    const rounded = (amount: number) => [taxed(1, 1000, { ...A, amount }), taxed(2, 1000, { ...B, amount: 100 })]
    const over = (amount: number) =>
      violationsOf(
        document(rounded(amount), [group(A, 900, amount), group(B, 1000, 100)], { discounts, taxRounding: 'line' }),
      )
    assert.deepEqual(over(181), [])
    assert.deepEqual(over(183), ['tax-amount /taxes/0/taxAmount'])
  })
})

describe('bases beside a discount', () => {
  const A10 = { taxCode: 'A', rate: '0.1' }
  const B15 = { taxCode: 'B', rate: '0.15' }
  const lines = [
    taxed(1, 10_000, { ...A10, amount: 909 }),
    taxed(2, 10_000, { ...A10, amount: 800 }, { ...B15, amount: 1200 }),
  ]
  const included = (a: Tax, b: Tax, discounts: Invoice['discounts'] = [{ amount: 1 }]) =>
    document(lines, [a, b], { taxMode: 'inclusive', discounts })

  it('are what the lines come to, less no more than the discount, whichever taxes the lines share', () => {
    assert.deepEqual(violationsOf(included(group(A10, 17_090, 1709), group(B15, 8000, 1200))), [])
    const wrong = included(group(A10, 1, 0), group(B15, 1, 0))
    assert.deepEqual(violationsOf(wrong), [
      'tax-amount /taxes/0/taxAmount',
      'tax-amount /taxes/1/taxAmount',
      'tax-group-base /taxes/0/taxableAmount',
      'tax-group-base /taxes/1/taxableAmount',
    ])
    assert.equal(expectedOf(wrong, '/taxes/1/taxAmount'), 'from 1199 to 1200')
    assert.equal(
      expectedOf(included(group(A10, 17_000, 1709), group(B15, 8000, 1200)), '/taxes/0/taxableAmount'),
      'from 17090 to 17091',
    )
  })

  it('are exact where the discount names the taxes of the lines that it reduces', () => {
    const discounts = [{ amount: 1100, taxes: [A10] }]
    assert.deepEqual(violationsOf(included(group(A10, 16_091, 1609), group(B15, 8000, 1200), discounts)), [])
    const wrong = included(group(A10, 16_092, 1609), group(B15, 8000, 1200), discounts)
    assert.deepEqual(violationsOf(wrong), ['tax-group-base /taxes/0/taxableAmount'])
    assert.equal(expectedOf(wrong, '/taxes/0/taxableAmount'), 16_091)
  })

  it('are not reduced by a discount on lines without tax', () => {
    const mixed = [taxed(1, 1000, { ...A, amount: 200 }), taxed(2, 500)]
    const free = { discounts: [{ amount: 100, taxes: [] }] }
    assert.deepEqual(violationsOf(document(mixed, [group(A, 1000, 200)], free)), [])
    const wrong = document(mixed, [group(A, 900, 180)], free)
    assert.deepEqual(violationsOf(wrong), ['tax-group-base /taxes/0/taxableAmount', 'tax-amount /taxes/0/taxAmount'])
    const none = document([taxed(1, 1000, { ...A, amount: 200 })], [group(A, 1000, 200)], free)
    assert.deepEqual(violationsOf(none), ['discount-taxes /discounts/0/taxes'])
  })

  it('are reduced alike where taxes are always on the same lines', () => {
    const both = [taxed(1, 1000, { ...A, amount: 200 }, { ...B, amount: 100 })]
    const open = { discounts: [{ amount: 100 }] }
    assert.deepEqual(violationsOf(document(both, [group(A, 900, 180), group(B, 900, 90)], open)), [])
    const uneven = document(both, [group(A, 900, 180), group(B, 950, 95)], open)
    assert.deepEqual(violationsOf(uneven), ['tax-group-base /taxes/1/taxableAmount'])
    assert.equal(expectedOf(uneven, '/taxes/1/taxableAmount'), 900)
    const vanished = document(both, [group(A, 1000, 200), group(B, 1000, 100)], open)
    assert.deepEqual(violationsOf(vanished), ['discount-spread /taxes'])
  })
})

describe('taxes that cannot be', () => {
  it('are those that no line carries, unless they are 0', () => {
    const one = [taxed(1, 1000, { ...A, amount: 200 })]
    assert.deepEqual(violationsOf(document(one, [group(A, 1000, 200), group(B, 0, 0)])), [])
    assert.deepEqual(violationsOf(document(one, [group(A, 1000, 200), group(B, 0, 1)])), [
      'tax-without-line /taxes/1/taxAmount',
    ])
    const discounts = [{ amount: 300 }]
    assert.deepEqual(violationsOf(document(one, [group(A, 1000, 200), group(B, -300, -30)], { discounts })), [
      'tax-without-line /taxes/1/taxableAmount',
      'tax-without-line /taxes/1/taxAmount',
      'discount-spread /taxes',
    ])
  })

  it('are those with a rate in a category without tax', () => {
    for (const category of ['Z', 'E', 'O', 'AE', 'K', 'G']) {
      const lines = [taxed(1, 1000, { ...A, category, amount: 200 })]
      const sale = document(lines, [{ ...group(A, 1000, 200), category }])
      assert.deepEqual(violationsOf(sale), ['category-rate /taxes/0/rate'])
      const free = { taxCode: 'A', rate: '0.00', category }
      assert.deepEqual(violationsOf(document([taxed(1, 1000, { ...free, amount: 0 })], [group(free, 1000, 0)])), [])
    }
    const lines = [taxed(1, 1000, { ...A, category: 'L', amount: 200 })]
    assert.deepEqual(violationsOf(document(lines, [{ ...group(A, 1000, 200), category: 'L' }])), [])
  })
})

describe('tax on tax', () => {
  const IEPS = { taxCode: 'IEPS', rate: '0.08' }
  const IVA = { taxCode: 'IVA', rate: '0.16' }
  const IVA0 = { taxCode: 'IVA', rate: '0' }
  const exact = { roundingMode: 'halfUp' } as const

  it('is charged on the taxes that it names, where a line carries both', () => {
    const lines = [
      taxed(1, 10_000, { ...IEPS, amount: 800 }, { ...IVA, amount: 1728 }),
      taxed(2, 3100, { ...IVA, amount: 496 }),
    ]
    const taxes = [group(IEPS, 10_000, 800), { ...group(IVA, 13_900, 2224), baseIncludes: ['IEPS'] }]
    assert.deepEqual(violationsOf(document(lines, taxes, exact)), [])
    assert.deepEqual(violationsOf(document(lines, [group(IEPS, 10_000, 800), group(IVA, 13_900, 2224)], exact)), [
      'tax-amount /lines/0/taxes/1/amount',
      'tax-group-base /taxes/1/taxableAmount',
      'tax-amount /taxes/1/taxAmount',
    ])
  })

  it('takes its share of a tax that is also on lines without it', () => {
    const lines = [
      taxed(1, 10_000, { ...IEPS, amount: 800 }, { ...IVA, amount: 1728 }),
      taxed(2, 5000, { ...IEPS, amount: 400 }, { ...IVA0, amount: 0 }),
    ]
    const over = (base: number) =>
      violationsOf(
        document(
          lines,
          [
            group(IEPS, 15_000, 1200),
            { ...group(IVA, base, 1728), baseIncludes: ['IEPS'] },
            { ...group(IVA0, 5400, 0), baseIncludes: ['IEPS'] },
          ],
          exact,
        ),
      )
    assert.deepEqual(over(10_800), [])
    assert.deepEqual(over(10_803), ['tax-group-base /taxes/1/taxableAmount'])
  })

  it('is found in prices that contain it', () => {
    const lines = [taxed(1, 12_528, { ...IEPS, amount: 800 }, { ...IVA, amount: 1728 })]
    const taxes = [group(IEPS, 10_000, 800), { ...group(IVA, 10_800, 1728), baseIncludes: ['IEPS'] }]
    for (const taxRounding of ['line', 'document', 'unit', 'unrounded'] as const)
      assert.deepEqual(violationsOf(document(lines, taxes, { ...exact, taxMode: 'inclusive', taxRounding })), [])
  })

  it('may name a tax that the document does not have', () => {
    const taxes = [{ ...group(IVA, 1000, 160), baseIncludes: ['IEPS'] }]
    assert.deepEqual(violationsOf(document([taxed(1, 1000, { ...IVA, amount: 160 })], taxes, exact)), [])
  })
})

describe('unrounded lines', () => {
  it('make the bases and lineNet, which are rounded once', () => {
    const weighed = (n: number, quantity: string, unitPrice: string, net: number) =>
      plainLine(n, net, {
        quantity,
        unitPrice,
        taxes: [{ taxCode: 'A', rate: '0.06', amount: Math.round(net * 0.06) }],
      })
    const lines = [weighed(1, '0.45', '254', 114), weighed(2, '0.28', '687', 192)] // 114.3 and 192.36
    const over = (base: number, lineNet: number) => {
      const sale = document(lines, [group({ taxCode: 'A', rate: '0.06' }, base, 18)], {
        taxRounding: 'unrounded',
        roundingMode: 'halfUp',
      })
      const off = lineNet - 306
      for (const name of ['lineNet', 'taxExclusive', 'taxInclusive', 'payable', 'tendered'] as const)
        sale.totals[name] += off
      return { ...sale, tenders: [{ type: 'card' as const, amount: sale.totals.payable }] }
    }
    assert.deepEqual(violationsOf(over(307, 307)), [])
    assert.deepEqual(violationsOf(over(306, 306)), [
      'line-net-sum /totals/lineNet',
      'tax-group-base /taxes/0/taxableAmount',
    ])
    assert.equal(expectedOf(over(306, 306), '/totals/lineNet'), 307)
  })

  it('may have prices for three, whose thirds are exact', () => {
    const third = (n: number) => plainLine(n, 33, { unitPrice: '100', priceBase: '3' })
    const sale = documentOver([third(1), third(2), third(3)], { taxRounding: 'unrounded', roundingMode: 'down' })
    for (const name of ['lineNet', 'taxExclusive', 'taxInclusive', 'payable', 'tendered'] as const)
      sale.totals[name] = 100
    assert.deepEqual(violationsOf({ ...sale, tenders: [{ type: 'card', amount: 100 }] }), [])
  })

  it('are taxed on what a discount that names no taxes leaves, whether that is rounded first or not', () => {
    const V = { taxCode: 'V', rate: '0.19' }
    const line = plainLine(1, 1003, { unitPrice: '1002.6', taxes: [{ ...V, amount: 191 }] })
    const over = (taxAmount: number) =>
      document([line], [group(V, 503, taxAmount)], {
        discounts: [{ amount: 500 }],
        taxRounding: 'unrounded',
        roundingMode: 'halfUp',
      })
    for (const right of [95, 96]) assert.deepEqual(violationsOf(over(right)), []) // 19 % of 502.6 and of 503
    for (const wrong of [94, 97, 190, 191])
      assert.deepEqual(violationsOf(over(wrong)), ['tax-amount /taxes/0/taxAmount'], String(wrong))
    assert.equal(expectedOf(over(191), '/taxes/0/taxAmount'), 95)
  })

  it('do not make a discount vanish that names no taxes', () => {
    const over = (base: number, more: Partial<Invoice> = {}) =>
      violationsOf(
        document([taxed(1, 1000, { ...A, amount: 200 })], [group(A, base, base / 5)], {
          discounts: [{ amount: 500 }],
          taxRounding: 'unrounded',
          ...more,
        }),
      )
    for (const roundingMode of ['halfUp', 'down'] as const) {
      assert.deepEqual(over(500, { roundingMode }), [])
      assert.deepEqual(over(1000, { roundingMode }), ['discount-spread /taxes'])
    }
    assert.deepEqual(over(500), [])
    assert.deepEqual(over(1000), ['discount-spread /taxes'])
  })
})

describe('tax amounts', () => {
  const one = (taxAmount: number, more: Partial<Invoice>) =>
    violationsOf(document([taxed(1, 1003, { ...A, amount: taxAmount })], [group(A, 1003, taxAmount)], more))

  it('may be one minor unit off where the till does not say how it rounds', () => {
    for (const taxRounding of ['document', 'line'] as const) {
      for (const amount of [200, 201, 202]) assert.deepEqual(one(amount, { taxRounding }), [])
      for (const amount of [199, 203]) assert.notDeepEqual(one(amount, { taxRounding }), [])
    }
  })

  it('are exact where it does', () => {
    for (const taxRounding of ['document', 'line'] as const) {
      assert.deepEqual(one(201, { taxRounding, roundingMode: 'halfUp' }), [])
      assert.deepEqual(one(200, { taxRounding, roundingMode: 'down' }), [])
      assert.notDeepEqual(one(200, { taxRounding, roundingMode: 'halfUp' }), [])
      assert.notDeepEqual(one(202, { taxRounding, roundingMode: 'up' }), [])
    }
  })

  it('are rounded as the till declares for taxes, where amounts are rounded otherwise', () => {
    for (const taxRounding of ['document', 'line'] as const) {
      assert.deepEqual(one(200, { taxRounding, roundingMode: 'halfUp', taxRoundingMode: 'down' }), [])
      assert.notDeepEqual(one(201, { taxRounding, roundingMode: 'halfUp', taxRoundingMode: 'down' }), [])
      assert.notDeepEqual(one(199, { taxRounding, taxRoundingMode: 'down' }), [])
    }
  })

  it('are a multiple of the step that the till declares', () => {
    const tens = { roundingSteps: { taxes: 10 } }
    for (const taxRounding of ['document', 'line'] as const) {
      for (const amount of [190, 200, 210]) assert.deepEqual(one(amount, { ...tens, taxRounding }), [])
      for (const amount of [201, 180, 220]) assert.notDeepEqual(one(amount, { ...tens, taxRounding }), [])
      assert.deepEqual(one(200, { ...tens, taxRounding, roundingMode: 'halfUp' }), [])
      assert.notDeepEqual(one(210, { ...tens, taxRounding, roundingMode: 'halfUp' }), [])
    }
  })

  it('are rounded line by line where the till says so, however many cents that makes', () => {
    const lines = Array.from({ length: 100 }, (_, i) => taxed(i + 1, 103, { ...B, amount: 10 }))
    const more = { taxRounding: 'line', roundingMode: 'halfUp' } as const
    assert.deepEqual(violationsOf(document(lines, [group(B, 10_300, 1000)], more)), [])
    assert.deepEqual(violationsOf(document(lines, [group(B, 10_300, 1030)], { ...more, taxRounding: 'document' })), [])
  })
})
