import { type Static, Type } from '@sinclair/typebox'
import { type Identity, identityOf, invoiceIdOf } from './identity.ts'
import { IdentitySchema } from './schema/identity.ts'

/** The answer to an acknowledged invoice: where every in-sync replica has it. */
export const ReceiptSchema = Type.Object(
  {
    invoiceId: Type.String({
      description: 'UUID version 5 of the identity: the same from every instance and for every attempt.',
    }),
    identity: IdentitySchema,
    topic: Type.String({ description: 'The Kafka topic.' }),
    partition: Type.Integer({ minimum: 0, description: 'The partition, computed from storeId.' }),
    offset: Type.Union([Type.String({ pattern: '^\\d{1,19}$' }), Type.Null()], {
      description: 'Offset of the record, as text because it has 64 bits; null if the broker did not say.',
    }),
    receivedAt: Type.String({
      description: 'When the gateway received the invoice, RFC 3339 in UTC with milliseconds.',
    }),
  },
  { additionalProperties: false, $id: 'Receipt', title: 'Receipt', description: 'The invoice is stored.' },
)

/** The answer to an acknowledged invoice. */
export type Receipt = Readonly<Omit<Static<typeof ReceiptSchema>, 'identity'>> & { readonly identity: Identity }

/**
 * Where a record is. `offset` is null when the broker recognised a repetition and did not say where the first one is.
 */
export interface RecordPlace {
  readonly topic: string
  readonly partition: number
  readonly offset: string | null
}

/**
 * The receipt of a record that was acknowledged at `place`; `receivedAt` as `Date.prototype.toISOString` writes it.
 * `invoiceId` only spares computing it again.
 */
export function toReceipt(
  identity: Identity,
  place: RecordPlace,
  receivedAt: string,
  invoiceId = invoiceIdOf(identity),
): Receipt {
  return {
    invoiceId,
    identity: identityOf(identity),
    topic: place.topic,
    partition: place.partition,
    offset: place.offset,
    receivedAt,
  }
}

/** `JSON.stringify(receipt)`, but faster: no member of a receipt has a character that JSON escapes. */
export function receiptJson({ invoiceId, identity, topic, partition, offset, receivedAt }: Receipt): string {
  const place = `"topic":"${topic}","partition":${partition},"offset":${offset === null ? null : `"${offset}"`}`
  return `{"invoiceId":"${invoiceId}","identity":${identityJson(identity)},${place},"receivedAt":"${receivedAt}"}`
}

/** `JSON.stringify(identity)`, faster for the same reason. */
export function identityJson({ storeId, terminalId, journalId, sequenceNumber }: Identity): string {
  return `{"storeId":"${storeId}","terminalId":"${terminalId}","journalId":"${journalId}","sequenceNumber":${sequenceNumber}}`
}
