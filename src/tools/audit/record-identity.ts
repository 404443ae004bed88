import type { LogRecord } from '../../kafka/read-topic.ts'
import type { JournalName } from './finding.ts'

const SOURCE = /^\/stores\/([^/]+)\/terminals\/([^/]+)\/journals\/([^/]+)$/
const NUMBER = /^[1-9]\d{0,11}$/

/** What a record's headers say it is. */
export interface RecordIdentity {
  /** The header `ce_source`: names the journal, equal for equal journals only. */
  readonly source: string
  readonly sequenceNumber: number
}

/** The identity in the headers; undefined for a record that is no invoice of the gateway's. */
export function identityInHeaders({ headers }: LogRecord): RecordIdentity | undefined {
  const source = String(headers.ce_source)
  const number = String(headers.ce_id)
  if (!NUMBER.test(number) || !SOURCE.test(source)) return undefined
  return { source, sequenceNumber: Number(number) }
}

export function sourceOf({ storeId, terminalId, journalId }: JournalName): string {
  return `/stores/${storeId}/terminals/${terminalId}/journals/${journalId}`
}

/** The journal that a source names. */
export function journalNameOf(source: string): JournalName {
  const [, storeId, terminalId, journalId] = SOURCE.exec(source) as unknown as [string, string, string, string]
  return { storeId, terminalId, journalId }
}

/** Whether the value is JSON with the identity that the headers say. */
export function valueAgrees(value: Buffer | null, journal: JournalName, sequenceNumber: number): boolean {
  try {
    const invoice = JSON.parse(String(value))
    return (
      invoice.sequenceNumber === sequenceNumber &&
      invoice.journalId === journal.journalId &&
      invoice.terminalId === journal.terminalId &&
      invoice.storeId === journal.storeId
    )
  } catch {
    return false
  }
}
