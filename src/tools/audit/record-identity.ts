import type { JournalName } from '../../invoice/identity.ts'
import type { LogRecord } from '../../kafka/read-topic.ts'

const NAME = '[A-Za-z0-9][A-Za-z0-9._-]{0,35}'
const SOURCE = new RegExp(`^/stores/(${NAME})/terminals/(${NAME})/journals/(${NAME})$`)
const JOURNAL = new RegExp(`^(${NAME})/(${NAME})/(${NAME})$`)
const STORE = new RegExp(`^${NAME}$`)
const NUMBER = /^[1-9]\d{0,11}$/

/** What a record's headers say it is. */
export interface RecordIdentity {
  /** The header `ce_source`: names the journal, equal for equal journals only. */
  readonly source: string
  readonly sequenceNumber: number
}

/** The identity in the headers; undefined if the record is not an invoice of the gateway. */
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

/** Whether the text may be the name of a store, a terminal or a journal. */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && STORE.test(text)
}

/** The journal that `STORE/TERMINAL/JOURNAL` names; undefined for any other text. */
export function journalOf(text: string): JournalName | undefined {
  const [, storeId, terminalId, journalId] = JOURNAL.exec(text) ?? []
  if (storeId === undefined || terminalId === undefined || journalId === undefined) return undefined
  return { storeId, terminalId, journalId }
}

/** Whether the value is JSON with the identity that the headers say. */
export function valueAgrees(value: Buffer, journal: JournalName, sequenceNumber: number): boolean {
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
