import { type Static, Type } from '@sinclair/typebox'
import { identityMembers, MAX_SEQUENCE_NUMBER } from './schema/identity.ts'
import { oneOf, timestamp } from './schema/primitives.ts'

const { storeId, terminalId, journalId } = identityMembers

/** A pattern without its ends, to be part of another one. */
export const withoutEnds = ({ pattern }: { pattern?: string }) => String(pattern).slice(1, -1)

/**
 * The headers of an invoice's record: the only definition of them. The writer's type and the AsyncAPI document come from
 * here. Kafka has bytes; these are UTF-8. CloudEvents 1.0 in Kafka's binary mode, W3C Trace Context, and the gateway's own.
 */
export const RecordHeadersSchema = Type.Object(
  {
    ce_specversion: Type.Literal('1.0', { description: 'The version of CloudEvents.' }),
    ce_id: Type.String({
      pattern: `^[1-9][0-9]{0,${String(MAX_SEQUENCE_NUMBER).length - 1}}$`,
      description: 'sequenceNumber of the invoice. With ce_source it is the identity of the invoice.',
    }),
    ce_source: Type.String({
      pattern: `^/stores/${withoutEnds(storeId)}/terminals/${withoutEnds(terminalId)}/journals/${withoutEnds(journalId)}$`,
      description: 'The journal that the number belongs to.',
    }),
    ce_type: Type.Literal('pos.invoice.v1', { description: 'An invoice of schemaVersion 1.x.' }),
    ce_time: timestamp("occurredAt of the invoice: the till's clock, with the offset of the store."),
    'content-type': Type.Literal('application/json', { description: 'The value is JSON in UTF-8.' }),
    traceparent: Type.String({
      pattern: '^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$',
      description: 'W3C Trace Context: the trace of the request, or a new one.',
    }),
    'pos-received-at': Type.String({
      format: 'date-time',
      pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$',
      description: 'When a gateway received the invoice, in UTC with milliseconds.',
    }),
    'pos-ingest': oneOf(['live', 'upload'], 'Whether it was sent alone or with others in one upload.'),
    'pos-principal': Type.Optional(
      Type.String({ minLength: 1, description: 'Whose token or certificate it came with, where these are asked for.' }),
    ),
    'pos-warnings': Type.Optional(
      Type.String({
        pattern: '^[a-z0-9]+(?:-[a-z0-9]+)*(?:,[a-z0-9]+(?:-[a-z0-9]+)*)*$',
        description: 'Codes of rules that only warn, and of rules that the invoice breaks where the store is lenient.',
      }),
    ),
  },
  {
    title: 'InvoiceHeaders',
    description: 'CloudEvents 1.0 in binary mode, W3C Trace Context, and those of the gateway.',
  },
)

export type RecordHeaders = Static<typeof RecordHeadersSchema>
