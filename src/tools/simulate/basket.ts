import { Buffer } from 'node:buffer'
import type { Identity } from '../../invoice/identity.ts'
import { localTime, sampleInvoice } from './sample-invoice.ts'

const BASKETS = 64

/**
 * Returns a function that makes the bytes of a valid invoice: one of 64 prepared baskets, with its own identity and
 * time. Baskets are prepared because ringing up costs more than sending. The same seed gives the same baskets.
 */
export function createInvoices(seed: number): (identity: Identity, occurredAt: Date) => Buffer {
  const identity = { storeId: 'S', terminalId: 'T', journalId: 'J', sequenceNumber: 1 }
  const baskets = Array.from({ length: BASKETS }, (_, i) => sampleInvoice({ ...identity, seed: seed + i }))
  let next = 0
  return ({ storeId, terminalId, journalId, sequenceNumber }, time) => {
    const occurredAt = localTime(time)
    const invoice = {
      ...baskets[next++ % BASKETS],
      ...{ storeId, terminalId, journalId, sequenceNumber },
      receiptNumber: `${terminalId}-${sequenceNumber}`,
      businessDate: occurredAt.slice(0, 10),
      occurredAt,
    }
    return Buffer.from(JSON.stringify(invoice))
  }
}
