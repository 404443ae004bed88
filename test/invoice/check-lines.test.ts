import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Invoice, Line } from '../../src/invoice/schema.ts'
import { violationsOf } from './judge.ts'
import { documentOver, plainLine } from './plain-sale.ts'

const line = (net: number, more: Partial<Line>, rest: Partial<Invoice> = {}) =>
  violationsOf(documentOver([plainLine(1, net, more)], { documentType: 'exchange', ...rest }))

describe('gross amounts', () => {
  it('are quantity x unit price, for a price base where there is one', () => {
    assert.deepEqual(line(7400, { quantity: '42.31', unitCode: 'LTR', unitPrice: '174.9' }), [])
    assert.deepEqual(line(223, { quantity: '250', unitCode: 'GRM', unitPrice: '89', priceBase: '100' }), [])
    assert.deepEqual(line(-50, { quantity: '-2', unitPrice: '25' }), [])
    assert.deepEqual(line(-50, { quantity: '2', unitPrice: '-25' }), [])
  })

  it('may be one minor unit off unless the till says how it rounds', () => {
    const weighed = { quantity: '0.333', unitPrice: '1000.5' } // 333.1665
    for (const gross of [332, 333, 334]) assert.deepEqual(line(gross, weighed), [])
    for (const gross of [331, 335]) assert.deepEqual(line(gross, weighed), ['gross-amount /lines/0/grossAmount'])
    assert.deepEqual(line(334, weighed, { roundingMode: 'up' }), [])
    assert.deepEqual(line(334, weighed, { roundingMode: 'halfUp' }), ['gross-amount /lines/0/grossAmount'])
  })

  it('are a multiple of the step that the till declares: 5 Rappen, whole forint', () => {
    const cheese = { quantity: '0.486', unitCode: 'KGM', unitPrice: '1590' } // 772.74
    const swiss = { currency: { code: 'CHF', exponent: 2 }, roundingSteps: { lines: 5 } }
    for (const gross of [770, 775, 780]) assert.deepEqual(line(gross, cheese, swiss), [])
    for (const gross of [772, 773, 774, 776]) assert.equal(line(gross, cheese, swiss).length, 1)
    assert.deepEqual(line(775, cheese, { ...swiss, roundingMode: 'halfUp' }), [])
    assert.deepEqual(line(770, cheese, { ...swiss, roundingMode: 'halfUp' }), ['gross-amount /lines/0/grossAmount'])
    const apples = { quantity: '0.482', unitCode: 'KGM', unitPrice: '129900' } // 626.1 Ft
    const forint = { currency: { code: 'HUF', exponent: 2 }, roundingSteps: { lines: 100 } }
    assert.deepEqual(line(62600, apples, { ...forint, roundingMode: 'halfUp' }), [])
    assert.deepEqual(line(62612, apples, forint), ['gross-amount /lines/0/grossAmount'])
  })

  it('are exact beyond what floats and safe integers hold', () => {
    const huge = { quantity: '999999999.999999', unitPrice: '999.999999' }
    assert.deepEqual(line(999999998999, huge, { roundingMode: 'down' }), [])
    assert.deepEqual(line(999999999000, huge, { roundingMode: 'down' }), ['gross-amount /lines/0/grossAmount'])
  })
})

describe('lines without quantity', () => {
  it('are texts and voided positions: every amount is 0', () => {
    const text = plainLine(2, 0, { quantity: '0', description: 'no onions' })
    assert.deepEqual(violationsOf(documentOver([plainLine(1, 500), text], {})), [])
    assert.deepEqual(line(0, { quantity: '0.000', unitPrice: '350' }), [])
    assert.deepEqual(line(0, { quantity: '0', unitPrice: '350', discounts: [{ amount: 0 }] }), [])
    assert.deepEqual(line(0, { quantity: '0', grossAmount: 1, discounts: [{ amount: 1 }] }), [
      'quantity-zero /lines/0/quantity',
    ])
  })
})

describe('line numbers', () => {
  it('rise, with gaps where lines were taken out', () => {
    assert.deepEqual(violationsOf(documentOver([plainLine(2, 1), plainLine(9, 1)], {})), [])
    assert.deepEqual(violationsOf(documentOver([plainLine(2, 1), plainLine(2, 1), plainLine(1, 1)], {})), [
      'line-number-order /lines/1/lineNumber',
      'line-number-order /lines/2/lineNumber',
    ])
  })
})

describe('what a line gives back', () => {
  it('names the sale by its identity or its receipt number', () => {
    const identity = { storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber: 3 }
    assert.deepEqual(line(100, { returnOf: identity }), [])
    assert.deepEqual(line(100, { returnOf: { receiptNumber: 'old 17', lineNumber: 2 } }), [])
    const { journalId: _, ...partly } = identity
    assert.deepEqual(line(100, { returnOf: partly }), ['reference-incomplete /lines/0/returnOf'])
  })
})
