import type { Invoice } from './schema.ts'

/** Which members of an invoice the rules read: `true` is a value, or a whole object or list. */
export const JUDGED = {
  documentType: true,
  storeId: true,
  terminalId: true,
  journalId: true,
  sequenceNumber: true,
  businessDate: true,
  occurredAt: true,
  startedAt: true,
  currency: true,
  taxMode: true,
  taxRounding: true,
  roundingMode: true,
  taxRoundingMode: true,
  roundingSteps: true,
  lines: {
    lineNumber: true,
    gtin: true,
    quantity: true,
    unitPrice: true,
    priceBase: true,
    grossAmount: true,
    netAmount: true,
    discounts: { amount: true },
    taxes: true,
    returnOf: true,
  },
  discounts: { amount: true, taxes: true },
  taxes: true,
  totals: true,
  tenders: { type: true, amount: true, foreign: true },
  references: true,
  flags: true,
} as const satisfies Choice<Invoice>

/** A choice of members, of the members of these, and so on. Of a list: of its elements. */
export type Choice<T> = true | (T extends readonly (infer E)[] ? Choice<E> : { readonly [K in keyof T]?: Choice<T[K]> })

/** What is chosen of a type. */
type Chosen<T, C> = C extends true
  ? T
  : T extends readonly (infer E)[]
    ? readonly Chosen<E, C>[]
    : { readonly [K in keyof Pick<T, keyof T & keyof C>]: Chosen<T[K], C[K & keyof C]> }

/** What the rules read of an invoice. */
export type JudgedInvoice = Chosen<Invoice, typeof JUDGED>
export type JudgedLine = JudgedInvoice['lines'][number]
export type JudgedTax = JudgedInvoice['taxes'][number]
