import { type TSchema, Type } from '@sinclair/typebox'
import { JournalValueSchema } from '../dedup/journal-value.ts'
import { ConflictHeadersSchema, UniqueHeadersSchema } from '../dedup/output-headers.ts'
import { POSITION_KEY, PositionSchema } from '../dedup/position.ts'
import { RecordHeadersSchema, withoutEnds } from '../invoice/record-headers.ts'
import { identityMembers } from '../invoice/schema/identity.ts'

const { storeId, terminalId, journalId } = identityMembers

/** The headers of the raw record, and more. */
const withInvoiceHeaders = (description: string, more: TSchema): object => ({
  description,
  allOf: [{ $ref: '#/components/schemas/InvoiceHeaders' }, more],
})

/** What is in the records, each under its name in `#/components/schemas`. Patterns and words are those of the writers. */
export const SCHEMAS = {
  InvoiceHeaders: RecordHeadersSchema,
  UniqueHeaders: withInvoiceHeaders('The headers of the raw record, and its place.', UniqueHeadersSchema),
  ConflictHeaders: withInvoiceHeaders(
    'The headers of the raw record, its place, and why it is here.',
    ConflictHeadersSchema,
  ),
  JournalState: JournalValueSchema,
  Position: PositionSchema,
}

/** Keys, each written where it is used: the AsyncAPI schema of Kafka's bindings takes no reference to one. */
export const KEYS = {
  store: storeId,
  journal: Type.String({
    pattern: `^${[storeId, terminalId, journalId].map(withoutEnds).join('/')}$`,
    description: 'store/terminal/journal',
  }),
  position: Type.Literal(POSITION_KEY, { description: 'No journal has this name.' }),
}

export function reference(name: keyof typeof SCHEMAS): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` }
}
