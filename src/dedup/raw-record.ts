import type { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { RecordHeaders } from '../invoice/record-headers.ts'

/** A record of the raw topic. */
export interface RawRecord {
  readonly offset: number
  /** Milliseconds since 1970, by the broker's clock. */
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** As the client decodes them: buffers, or arrays of buffers if a name repeats. */
  readonly headers: Readonly<Record<string, unknown>>
}

/** A record with the identity in its headers. */
export interface InvoiceInLog {
  /** `store/terminal/journal`: equal for equal journals only. */
  readonly journal: string
  readonly sequenceNumber: number
  readonly value: Buffer
  /** When the gateway received it, in milliseconds since 1970. Where the header does not say, the record's timestamp. */
  readonly receivedAtMs: number
  /** Whether it came in an upload. */
  readonly isUploaded: boolean
}

/** Equal for equal records only, wherever they are: the first 16 hexadecimal digits of a SHA-256. */
export function fingerprintOf({ timestampMs, key, value }: RawRecord): string {
  const bytes = createHash('sha256').update(`${timestampMs} ${key?.length ?? -1} `)
  for (const part of [key, value]) if (part !== null) bytes.update(part)
  return bytes.digest('hex').slice(0, 16)
}

const NAME = '[A-Za-z0-9][A-Za-z0-9._-]{0,35}'
const SOURCE = new RegExp(`^/stores/(${NAME})/terminals/(${NAME})/journals/(${NAME})$`)
const NUMBER = /^[1-9]\d{0,11}$/

/** The invoice in a record; undefined if the record is not one of the gateway's. */
export function invoiceIn({ value, headers: read, timestampMs }: RawRecord): InvoiceInLog | undefined {
  const headers: Readonly<Partial<Record<keyof RecordHeaders, unknown>>> = read
  const number = String(headers.ce_id)
  const source = SOURCE.exec(String(headers.ce_source))
  if (value === null || source === null || !NUMBER.test(number)) return undefined
  const received = Date.parse(String(headers['pos-received-at']))
  return {
    journal: `${source[1]}/${source[2]}/${source[3]}`,
    sequenceNumber: Number(number),
    value,
    receivedAtMs: received >= 0 ? received : timestampMs,
    isUploaded: String(headers['pos-ingest']) === 'upload',
  }
}
