import { Buffer } from 'node:buffer'
import { type Identity, invoiceIdOf } from './identity.ts'
import type { RecordHeaders } from './record-headers.ts'
import type { Invoice } from './schema.ts'
import { continueTraceparent, type RandomHex } from './traceparent.ts'

/** What the gateway knows about an invoice besides its bytes. */
export interface RecordContext {
  /** RFC 3339 in UTC with milliseconds. */
  readonly receivedAt: string
  /** The request's W3C `traceparent`, valid or not. */
  readonly traceparent: string | undefined
  /** The gateway's own span, where it traces. Then the record carries the `traceparent` of this one. */
  readonly span?: { readonly traceparent: string } | null | undefined
  /** Whose token it came with, if tokens are asked for. */
  readonly principal: { readonly name: string } | null
  readonly ingest: 'live' | 'upload'
}

/** One Kafka record, without its partition. */
export interface InvoiceRecord {
  /** `invoiceIdOf` its identity. */
  readonly identity: string
  readonly key: Buffer
  readonly value: Buffer
  readonly headers: RecordHeaders
}

/**
 * The record of a valid invoice. `value` is `body` itself, not a copy: the bytes that were validated are published. The
 * headers are CloudEvents 1.0 in Kafka's binary mode and the gateway's own. Headers of the request are never copied.
 * `invoiceId`: `invoiceIdOf` its identity, if it is known already. `randomHex` makes span ids (default: node:crypto,
 * pooled).
 */
export function toRecord(
  valid: {
    readonly invoice: Pick<Invoice, 'occurredAt'>
    readonly identity: Identity
    readonly warnings: readonly string[]
  },
  body: Buffer,
  context: RecordContext,
  invoiceId = invoiceIdOf(valid.identity),
  randomHex?: RandomHex,
): InvoiceRecord {
  const { identity } = valid
  const headers: RecordHeaders = {
    ce_specversion: '1.0',
    ce_id: String(identity.sequenceNumber),
    ce_source: `/stores/${identity.storeId}/terminals/${identity.terminalId}/journals/${identity.journalId}`,
    ce_type: 'pos.invoice.v1',
    ce_time: valid.invoice.occurredAt,
    'content-type': 'application/json',
    traceparent: context.span?.traceparent ?? continueTraceparent(context.traceparent, randomHex),
    'pos-received-at': context.receivedAt,
    'pos-ingest': context.ingest,
  }
  if (context.principal !== null) headers['pos-principal'] = context.principal.name
  if (valid.warnings.length > 0) headers['pos-warnings'] = valid.warnings.join(',')
  return { identity: invoiceId, key: Buffer.from(identity.storeId), value: body, headers }
}
