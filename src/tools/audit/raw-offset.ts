import type { LogRecord } from '../../kafka/read-topic.ts'

/** The header of `.unique` and `.conflicts` with the record's offset in the raw topic. */
export const RAW_OFFSET_HEADER = 'pos-raw-offset'

/** What the header says; undefined if it is missing or no offset. */
export function rawOffsetOf({ headers }: LogRecord): number | undefined {
  const text = String(headers[RAW_OFFSET_HEADER])
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
