import { RAW_OFFSET_HEADER } from '../dedup/output-headers.ts'
import { invoiceIn, type RawRecord } from '../dedup/raw-record.ts'
import type { SeenConflict } from './conflicts.ts'

/** The conflict that a record of `.conflicts` is about; undefined if its headers are not those of an invoice. */
export function conflictIn(record: RawRecord): SeenConflict | undefined {
  const invoice = invoiceIn(record)
  if (invoice === undefined) return undefined
  const [storeId = '', terminalId = '', journalId = ''] = invoice.journal.split('/')
  const { sequenceNumber } = invoice
  const offset = String(record.headers[RAW_OFFSET_HEADER])
  return { storeId, terminalId, journalId, sequenceNumber, atMs: record.timestampMs, from: 'stored', offset }
}
