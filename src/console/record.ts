import type { Identity } from '../invoice/identity.ts'
import type { RecordOutline } from '../kafka/read-record.ts'

/** The record of an invoice, as far as it may be shown: never its value, nor the values of its headers. */
export type FoundRecord =
  | {
      readonly state: 'read'
      readonly timestampMs: number
      readonly key: string | null
      readonly headerNames: readonly string[]
      readonly sizeBytes: number
      readonly sha256: string
    }
  /** Where it is is not known. */
  | { readonly state: 'no-place' }
  /** Kafka has none at this place any more. */
  | { readonly state: 'gone' }
  /** At this place is the record of another invoice: the topic is another one. */
  | { readonly state: 'other' }
  | { readonly state: 'unread'; readonly reason: string }

export function outlineOf(record: RecordOutline | undefined, identity: Identity): FoundRecord {
  if (record === undefined) return { state: 'gone' }
  const { storeId, terminalId, journalId, sequenceNumber } = identity
  const { headers, key, timestampMs, sizeBytes, sha256 } = record
  const isThis =
    String(headers.ce_id) === String(sequenceNumber) &&
    String(headers.ce_source) === `/stores/${storeId}/terminals/${terminalId}/journals/${journalId}`
  if (!isThis) return { state: 'other' }
  return { state: 'read', timestampMs, key, headerNames: Object.keys(headers), sizeBytes, sha256 }
}
