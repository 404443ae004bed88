import { Type } from '@sinclair/typebox'
import { matching } from './primitives.ts'

const name = (maxLength: number, description: string) =>
  matching(
    `^[A-Za-z0-9][A-Za-z0-9._-]{0,${maxLength - 1}}$`,
    `a string of 1 to ${maxLength} of A-Z, a-z, 0-9, ".", "_" and "-", with a letter or digit first`,
    description,
  )

export const MAX_SEQUENCE_NUMBER = 999_999_999_999

/**
 * The four members that name an invoice. All of them are made of characters that need no escaping in a URL, a header
 * or a file name, and none contains `/`, so they can be joined by it without ambiguity.
 */
export const identityMembers = {
  storeId: name(32, 'The store. The record key: all invoices of a store are in one partition, in order.'),
  terminalId: name(32, 'The terminal (till) within the store.'),
  journalId: name(
    36,
    'The counter that sequenceNumber belongs to. It changes only when the counter restarts: a new UUID after a factory reset, or the business date where counters are daily.',
  ),
  sequenceNumber: Type.Integer({
    minimum: 1,
    maximum: MAX_SEQUENCE_NUMBER,
    description:
      'Gap-free within the journal and minted before the first attempt to send. Numbers that became no sale are posted as cancelled, noSale or skipped.',
  }),
}

/** The natural key of an invoice, as it is in receipts and answers. */
export const IdentitySchema = Type.Object(identityMembers, {
  additionalProperties: false,
  title: 'Identity',
  description: 'The natural key of an invoice.',
})
