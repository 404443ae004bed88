import { Buffer } from 'node:buffer'
import noSale from '../../openapi/examples/no-sale.json' with { type: 'json' }
import { nextStep, type OutputRecord, type OutputTopic } from '../dedup/output.ts'
import { PartitionState } from '../dedup/partition-state.ts'
import type { RawRecord } from '../dedup/raw-record.ts'
import { identityOf } from '../invoice/identity.ts'
import { toRecord } from '../invoice/record.ts'

const RECEIVED_AT = '2026-03-14T16:09:55.412Z'
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00'
const IDLE_MS = 30 * 86_400_000
const LIMITS = { maxRecords: 10, maxBytes: 100_000 }

/** Records of all topics, made by what writes them: an invoice, and another document that a till sent with its number. */
export function exampleRecords(): Readonly<Record<'raw' | OutputTopic, readonly OutputRecord[]>> {
  const raw = [noSale, { ...noSale, receiptNumber: 'K03-48213' }].map(rawRecord)
  const from = { records: raw, from: 0, nextOffset: raw.length }
  const { output } = nextStep(new PartitionState({ idleMs: IDLE_MS }), from, LIMITS)
  return { raw, ...output }
}

function rawRecord(invoice: typeof noSale, offset: number): RawRecord {
  const context = {
    receivedAt: RECEIVED_AT,
    traceparent: undefined,
    principal: { name: 'till-K03' },
    ingest: 'live',
  } as const
  const valid = { invoice, identity: identityOf(invoice), warnings: [] }
  const { key, value, headers } = toRecord(valid, Buffer.from(JSON.stringify(invoice)), context)
  // Always the same, so that the document is.
  return { key, value, headers: { ...headers, traceparent: TRACEPARENT }, offset, timestampMs: Date.parse(RECEIVED_AT) }
}
