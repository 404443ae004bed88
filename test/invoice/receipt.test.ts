import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Value } from '@sinclair/typebox/value'
import { invoiceIdOf } from '../../src/invoice/identity.ts'
import { ReceiptSchema, receiptJson, toReceipt } from '../../src/invoice/receipt.ts'
import { plainSale } from './plain-sale.ts'

describe('toReceipt', () => {
  const receivedAt = '2026-03-14T16:06:09.007Z'

  it('says where the invoice is, in the shape of the schema', () => {
    const receipt = toReceipt(
      plainSale(),
      { topic: 'invoices', partition: 3, offset: '9223372036854775807' },
      receivedAt,
    )
    assert.deepEqual(receipt, {
      invoiceId: invoiceIdOf(plainSale()),
      identity: { storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber: 7 },
      topic: 'invoices',
      partition: 3,
      offset: '9223372036854775807',
      receivedAt: '2026-03-14T16:06:09.007Z',
    })
    assert.ok(Value.Check(ReceiptSchema, receipt))
  })

  it('may not know the offset', () => {
    const receipt = toReceipt(plainSale(), { topic: 'invoices', partition: 0, offset: null }, receivedAt)
    assert.ok(Value.Check(ReceiptSchema, receipt))
  })

  it('is written as JSON would be', () => {
    for (const offset of ['9223372036854775807', null]) {
      const receipt = toReceipt(plainSale(), { topic: 'pos.invoices-1', partition: 0, offset }, receivedAt)
      assert.equal(receiptJson(receipt), JSON.stringify(receipt))
    }
  })
})
