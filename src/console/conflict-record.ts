import { RAW_OFFSET_HEADER } from '../dedup/output-headers.ts'
import type { SeenConflict } from './conflicts.ts'

const SOURCE = /^\/stores\/([^/]+)\/terminals\/([^/]+)\/journals\/([^/]+)$/

/** The conflict that a record of `.conflicts` is about; undefined if its headers are not those of an invoice. */
export function conflictIn(record: {
  readonly headers: Readonly<Record<string, unknown>>
  readonly timestamp: string
}): SeenConflict | undefined {
  const text = (name: string) => String(record.headers[name] ?? '')
  const [, storeId, terminalId, journalId] = SOURCE.exec(text('ce_source')) ?? []
  const sequenceNumber = Number(text('ce_id'))
  if (storeId === undefined || terminalId === undefined || journalId === undefined) return undefined
  if (!Number.isSafeInteger(sequenceNumber)) return undefined
  const atMs = Number(record.timestamp)
  return { storeId, terminalId, journalId, sequenceNumber, atMs, from: 'stored', offset: text(RAW_OFFSET_HEADER) }
}
