import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { INVOICE_WARNINGS } from '../../src/invoice/rules/catalogue.ts'
import type { Invoice } from '../../src/invoice/schema.ts'
import { judge, violationsOf } from './judge.ts'
import { type Breakable, plainLine, plainSale } from './plain-sale.ts'

const warningsOf = (receivedAt: string, more: Partial<Invoice> = {}) => {
  const result = judge({ ...plainSale(), ...more }, 'strict', new Date(receivedAt))
  assert.equal(result.kind, 'valid')
  return result.kind === 'valid' ? result.warnings : []
}

describe('dates', () => {
  it('have to exist wherever they are', () => {
    const document: Breakable = plainSale()
    document.delivery = { method: 'ship', date: '2026-06-31' }
    document.startedAt = '2026-03-14T17:60:00Z'
    document.references = [{ type: 'original', receiptNumber: '1', businessDate: '2026-13-01' }]
    document.lines[1] = plainLine(2, 1000, { returnOf: { receiptNumber: '1', businessDate: '2025-02-29' } })
    assert.deepEqual(violationsOf(document).sort(), [
      'date-not-real /delivery/date',
      'date-not-real /lines/1/returnOf/businessDate',
      'date-not-real /references/0/businessDate',
      'timestamp-not-real /startedAt',
    ])
  })

  it('have no year 0000, which many calendars lack', () => {
    assert.deepEqual(violationsOf({ ...plainSale(), businessDate: '0000-03-14' }), ['date-not-real /businessDate'])
    assert.deepEqual(violationsOf({ ...plainSale(), occurredAt: '0000-03-14T17:05:09Z' }), [
      'timestamp-not-real /occurredAt',
    ])
  })

  it('are one violation of many: what does not read them is checked all the same', () => {
    const document: Breakable = plainSale()
    document.lines[1] = plainLine(2, 1000, {
      unitPrice: '1100',
      description: '',
      returnOf: { receiptNumber: '1', businessDate: '2025-02-29' },
    })
    document.totals.lineNet = 1901
    assert.deepEqual(violationsOf(document).sort(), [
      'date-not-real /lines/1/returnOf/businessDate',
      'gross-amount /lines/1/grossAmount',
      'line-net-sum /totals/lineNet',
      'wrong-length /lines/1/description',
    ])
  })
})

describe('clock warnings', () => {
  it('are none for what is made and received in good order', () => {
    assert.deepEqual(warningsOf('2026-03-14T16:05:10Z', { startedAt: '2026-03-14T17:01:00+01:00' }), [])
  })

  it('tell of a till that is more than 15 minutes ahead', () => {
    assert.deepEqual(warningsOf('2026-03-14T15:50:09Z'), [])
    assert.deepEqual(warningsOf('2026-03-14T15:50:08Z'), ['occurred-in-future'])
  })

  it('tell of documents older than 90 days, unless the till was cut off or they come from paper', () => {
    assert.deepEqual(warningsOf('2026-06-12T16:05:09Z'), [])
    assert.deepEqual(warningsOf('2026-06-12T16:05:10Z'), ['occurred-long-ago'])
    assert.deepEqual(warningsOf('2027-06-12T16:05:10Z', { flags: { offline: true } }), [])
    assert.deepEqual(warningsOf('2027-06-12T16:05:10Z', { flags: { handwritten: true } }), [])
    assert.deepEqual(warningsOf('2027-06-12T16:05:10Z', { flags: { offline: false } }), ['occurred-long-ago'])
  })

  it('tell of a business date more than three days from the local date', () => {
    assert.deepEqual(warningsOf('2026-03-14T16:05:10Z', { businessDate: '2026-03-17' }), [])
    assert.deepEqual(warningsOf('2026-03-14T16:05:10Z', { businessDate: '2026-03-18' }), ['business-date-far-off'])
    assert.deepEqual(warningsOf('2026-03-14T16:05:10Z', { businessDate: '2026-03-10' }), ['business-date-far-off'])
  })

  it('tell of a document that was opened after it was closed', () => {
    assert.deepEqual(warningsOf('2026-03-14T16:05:10Z', { startedAt: '2026-03-14T16:05:10Z' }), [
      'started-after-occurred',
    ])
  })

  it('are all in the catalogue', () => {
    assert.deepEqual(
      INVOICE_WARNINGS.map(({ code }) => code),
      ['occurred-in-future', 'occurred-long-ago', 'business-date-far-off', 'started-after-occurred'],
    )
  })
})
