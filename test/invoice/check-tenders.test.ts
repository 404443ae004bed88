import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Invoice } from '../../src/invoice/schema.ts'
import { violationsOf } from './judge.ts'
import { documentOver, plainLine } from './plain-sale.ts'

type Foreign = NonNullable<Invoice['tenders'][number]['foreign']>
const paid = (amount: number, foreign: Foreign, currency: Invoice['currency'] = { code: 'EUR', exponent: 2 }) =>
  violationsOf(documentOver([plainLine(1, amount)], { currency, tenders: [{ type: 'cash', amount, foreign }] }))

describe('foreign tenders', () => {
  it('are converted in major units, whatever the decimals of both currencies', () => {
    assert.deepEqual(paid(1843, { currency: 'USD', exponent: 2, amount: 2000, rate: '0.9215' }), [])
    assert.deepEqual(paid(610, { currency: 'JPY', exponent: 0, amount: 1000, rate: '0.0061' }), [])
    assert.deepEqual(paid(3240, { currency: 'KWD', exponent: 3, amount: 10000, rate: '3.24' }), [])
    const yen = { code: 'JPY', exponent: 0 }
    assert.deepEqual(paid(1502, { currency: 'USD', exponent: 2, amount: 1000, rate: '150.2' }, yen), [])
  })

  it('may be rounded one minor unit either way', () => {
    for (const amount of [1842, 1844])
      assert.deepEqual(paid(amount, { currency: 'USD', exponent: 2, amount: 2000, rate: '0.9215' }), [])
    assert.deepEqual(paid(1845, { currency: 'USD', exponent: 2, amount: 2000, rate: '0.9215' }), [
      'foreign-amount /tenders/0/amount',
    ])
  })

  it('may be rounded one step of cash either way, where the till declares one', () => {
    const euros: Foreign = { currency: 'EUR', exponent: 2, amount: 2000, rate: '0.9317' } // 18.634 CHF
    const swiss = { currency: { code: 'CHF', exponent: 2 }, roundingSteps: { cash: 5 } }
    const sale = (amount: number) =>
      violationsOf(
        documentOver([plainLine(1, amount)], { ...swiss, tenders: [{ type: 'cash', amount, foreign: euros }] }),
      )
    for (const amount of [1860, 1863, 1865]) assert.deepEqual(sale(amount), [])
    for (const amount of [1857, 1870]) assert.deepEqual(sale(amount), ['foreign-amount /tenders/0/amount'])
  })

  it('are in a currency of ISO 4217 with its exponent', () => {
    assert.deepEqual(paid(18, { currency: 'ABC', exponent: 2, amount: 18, rate: '1' }), [
      'currency-unknown /tenders/0/foreign/currency',
    ])
    assert.deepEqual(paid(180, { currency: 'JPY', exponent: 2, amount: 180, rate: '1' }), [
      'currency-exponent /tenders/0/foreign/exponent',
    ])
  })
})
