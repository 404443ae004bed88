import { RAW_OFFSET_HEADER } from '../../dedup/output-headers.ts'
import type { LogRecord } from '../../kafka/read-topic.ts'

/** The record's offset in the raw topic, as its header in `.unique` and `.conflicts` says; undefined if that is missing or no offset. */
export function rawOffsetOf({ headers }: LogRecord): number | undefined {
  const text = String(headers[RAW_OFFSET_HEADER])
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
