import { readFileSync } from 'node:fs'
import type { Message } from '../src/kafka/kafkajs/index.ts'

const TILLS = 50
const example = JSON.parse(readFileSync(new URL('../openapi/examples/sale.json', import.meta.url), 'utf8'))

/** An invoice as a gateway writes it, the first of its number, of one of 50 tills. */
export function invoiceRecord(index: number): Message & { value: Buffer } {
  const [terminalId, sequenceNumber] = [`T${index % TILLS}`, Math.floor(index / TILLS) + 1]
  return {
    partition: 0,
    key: Buffer.from('store'),
    value: Buffer.from(JSON.stringify({ ...example, storeId: 'store', terminalId, journalId: 'J', sequenceNumber })),
    headers: {
      ce_specversion: '1.0',
      ce_id: String(sequenceNumber),
      ce_source: `/stores/store/terminals/${terminalId}/journals/J`,
      ce_type: 'pos.invoice.v1',
      ce_time: '2026-03-01T10:00:00+01:00',
      'content-type': 'application/json',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'pos-received-at': new Date().toISOString(),
      'pos-ingest': 'live',
    },
  }
}
