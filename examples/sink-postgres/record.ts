import type { KafkaMessage } from 'kafkajs'

/** A record of the topic, as the tables take it. */
export interface InvoiceRecord {
  readonly storeId: string
  readonly terminalId: string
  readonly journalId: string
  readonly sequenceNumber: string
  /** Its offset in the raw topic, whichever topic it was read from. */
  readonly rawOffset: string
  readonly receivedAt: string
  readonly value: Buffer
}

const SOURCE = /^\/stores\/([^/]+)\/terminals\/([^/]+)\/journals\/([^/]+)$/

/** The invoice in a record. `undefined`: it is not one of the gateway's. */
export function invoiceIn({ offset, value, headers = {} }: KafkaMessage): InvoiceRecord | undefined {
  const [, storeId, terminalId, journalId] = SOURCE.exec(String(headers.ce_source)) ?? []
  const sequenceNumber = String(headers.ce_id)
  if (!storeId || !terminalId || !journalId || !/^\d+$/.test(sequenceNumber) || value === null) return undefined
  const rawOffset = String(headers['pos-raw-offset'] ?? offset) // only <topic>.unique has the header
  const receivedAt = String(headers['pos-received-at'])
  return { storeId, terminalId, journalId, sequenceNumber, rawOffset, receivedAt, value }
}
