import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Invoice, Line, Tax } from '../../src/invoice/schema.ts'
import { violationsOf } from './judge.ts'
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
      'tax-amount /taxes/0/taxAmount',
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
      'tax-amount /taxes/0/taxAmount',
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
    assert.deepEqual(violationsOf(document(lines, [group(A, 800, 160), group(B, 900, 90)], { discounts })), [
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
    assert.deepEqual(over(800, 1000), ['tax-group-base /taxes'])
    assert.deepEqual(over(600, 1100), [
      'tax-group-base /taxes/0/taxableAmount',
      'tax-group-base /taxes/1/taxableAmount',
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

describe('tax amounts', () => {
  const one = (taxAmount: number, more: Partial<Invoice>) =>
    violationsOf(document([taxed(1, 1003, { ...A, amount: taxAmount })], [group(A, 1003, taxAmount)], more))

  it('may be one minor unit off where the till does not say how it rounds', () => {
    for (const taxRounding of ['document', 'line'] as const) {
      for (const amount of [200, 201, 202]) assert.deepEqual(one(amount, { taxRounding }), [])
      for (const amount of [199, 203]) assert.equal(one(amount, { taxRounding }).length, 1)
    }
  })

  it('are exact where it does', () => {
    for (const taxRounding of ['document', 'line'] as const) {
      assert.deepEqual(one(201, { taxRounding, roundingMode: 'halfUp' }), [])
      assert.deepEqual(one(200, { taxRounding, roundingMode: 'down' }), [])
      assert.equal(one(200, { taxRounding, roundingMode: 'halfUp' }).length, 1)
      assert.equal(one(202, { taxRounding, roundingMode: 'up' }).length, 1)
    }
  })

  it('are rounded as the till declares for taxes, where amounts are rounded otherwise', () => {
    for (const taxRounding of ['document', 'line'] as const) {
      assert.deepEqual(one(200, { taxRounding, roundingMode: 'halfUp', taxRoundingMode: 'down' }), [])
      assert.equal(one(201, { taxRounding, roundingMode: 'halfUp', taxRoundingMode: 'down' }).length, 1)
      assert.equal(one(199, { taxRounding, taxRoundingMode: 'down' }).length, 1)
    }
  })

  it('are a multiple of the step that the till declares', () => {
    const tens = { roundingSteps: { taxes: 10 } }
    for (const taxRounding of ['document', 'line'] as const) {
      for (const amount of [190, 200, 210]) assert.deepEqual(one(amount, { ...tens, taxRounding }), [])
      for (const amount of [201, 180, 220]) assert.equal(one(amount, { ...tens, taxRounding }).length, 1)
      assert.deepEqual(one(200, { ...tens, taxRounding, roundingMode: 'halfUp' }), [])
      assert.equal(one(210, { ...tens, taxRounding, roundingMode: 'halfUp' }).length, 1)
    }
  })

  it('are rounded line by line where the till says so, however many cents that makes', () => {
    const lines = Array.from({ length: 100 }, (_, i) => taxed(i + 1, 103, { ...B, amount: 10 }))
    const more = { taxRounding: 'line', roundingMode: 'halfUp' } as const
    assert.deepEqual(violationsOf(document(lines, [group(B, 10_300, 1000)], more)), [])
    assert.deepEqual(violationsOf(document(lines, [group(B, 10_300, 1030)], { ...more, taxRounding: 'document' })), [])
  })
})
