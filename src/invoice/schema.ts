import { type Static, Type } from '@sinclair/typebox'
import { identityMembers } from './schema/identity.ts'
import { LIMITS } from './schema/limits.ts'
import { DocumentDiscountSchema, LineSchema } from './schema/line.ts'
import { CLOSED, code, date, oneOf, roundingMode, roundingStep, text, timestamp } from './schema/primitives.ts'
import { ReferenceSchema } from './schema/reference.ts'
import { currencyCode, currencyExponent, TenderSchema } from './schema/tender.ts'
import { TaxSchema, TotalsSchema } from './schema/totals.ts'

const DeliverySchema = Type.Object(
  {
    method: oneOf(
      ['carryOut', 'dineIn', 'takeAway', 'pickUp', 'ship', 'other'],
      'How the goods leave; dineIn and takeAway may be taxed differently.',
    ),
    date: Type.Optional(date('The day of delivery where it is not the business date.')),
    reference: Type.Optional(code('Order or shipment number. No address, no name.')),
  },
  { ...CLOSED, title: 'Delivery', description: 'How and when the goods leave the store.' },
)

const RoundingStepsSchema = Type.Object(
  {
    lines: Type.Optional(roundingStep('What grossAmount is rounded to: 5 where lines end in 5 Rappen.')),
    taxes: Type.Optional(roundingStep('What taxes are rounded to: 100 for whole forint.')),
    cash: Type.Optional(
      roundingStep(
        'What cash is rounded to: totals.rounding is less than this, up or down, and foreign cash is converted to within this. Absent is the smallest cash unit of the currency.',
      ),
    ),
  },
  {
    ...CLOSED,
    title: 'RoundingSteps',
    description:
      'Where the till rounds to more than the minor unit, in minor units. Absent is 1. At most 100 times the smallest cash unit of the currency.',
  },
)

const FlagsSchema = Type.Object(
  {
    training: Type.Optional(Type.Boolean({ description: 'Made in training mode: no revenue.' })),
    offline: Type.Optional(Type.Boolean({ description: 'Made while the till was offline; it may arrive late.' })),
    handwritten: Type.Optional(Type.Boolean({ description: 'Keyed in afterwards from a paper receipt.' })),
  },
  { ...CLOSED, title: 'Flags', description: 'Circumstances; absent is false.' },
)

/**
 * The invoice, version 1.0: the only definition of its shape. The type, the compiled check, the OpenAPI document and
 * `openapi/invoice.schema.json` come from here. Closed everywhere except `extensions`; nothing is coerced, removed
 * or defaulted. What a schema cannot say is in `INVOICE_RULES`.
 */
export const InvoiceSchema = Type.Object(
  {
    schemaVersion: Type.Literal('1.0', { description: 'The version of this contract.' }),
    documentType: oneOf(
      ['sale', 'return', 'exchange', 'void', 'cancelled', 'noSale', 'skipped'],
      'sale: payable >= 0; return: payable <= 0; exchange: either; void: takes back the document that it references. cancelled (given up before payment), noSale (drawer opened) and skipped (number consumed, nothing else known) settle no money and exist so that every number can be posted.',
    ),
    ...identityMembers,
    receiptNumber: code('As printed; the sequence number as text where nothing was printed.'),
    businessDate: date('The trading day that the document is booked on, YYYY-MM-DD.'),
    occurredAt: timestamp(
      'When the document was closed, RFC 3339 with the offset of the store: 2026-03-14T17:05:09+01:00.',
    ),
    startedAt: Type.Optional(timestamp('When the document was opened, RFC 3339 with offset.')),
    cashier: Type.Object(
      { id: code('Number of the operator, or of the device at a self-checkout. No name.') },
      { ...CLOSED, title: 'Cashier', description: 'Who was at the till.' },
    ),
    customer: Type.Optional(
      Type.Object(
        {
          type: Type.Optional(code('Kind of customer, for example consumer, business or employee.')),
          loyaltyId: Type.Optional(code('Number in the loyalty scheme.')),
        },
        { ...CLOSED, title: 'Customer', description: 'Who bought. No name, mail address or telephone number.' },
      ),
    ),
    currency: Type.Object(
      { code: currencyCode(), exponent: currencyExponent() },
      { ...CLOSED, title: 'Currency', description: 'The currency of every amount outside tenders[].foreign.' },
    ),
    taxMode: oneOf(
      ['exclusive', 'inclusive'],
      'Whether prices and line amounts contain tax. A bill with both kinds of prices is sent as exclusive with taxRounding unrounded: a price with tax becomes one without, with six decimals.',
    ),
    taxRounding: oneOf(
      ['line', 'unit', 'document', 'unrounded'],
      'Where tax is rounded. line: on each line. unit: for one unit, then multiplied by the quantity. document: once for each tax of the document, from the rounded line amounts. unrounded: the same, from the line amounts before they are rounded; totals.lineNet is also the rounded sum of these.',
    ),
    roundingMode: Type.Optional(
      roundingMode(
        'How the till rounds; up is away from zero, down is towards it. If it is declared, products are checked exactly; if not, a difference of one step is tolerated.',
      ),
    ),
    taxRoundingMode: Type.Optional(
      roundingMode('How the till rounds tax, where that is not roundingMode: in Japan, amounts half up and tax down.'),
    ),
    roundingSteps: Type.Optional(RoundingStepsSchema),
    lines: Type.Array(LineSchema, {
      maxItems: LIMITS.lines,
      description: 'The positions, in rising order of lineNumber.',
    }),
    discounts: Type.Array(DocumentDiscountSchema, {
      maxItems: LIMITS.documentDiscounts,
      description: 'Reductions of the whole document.',
    }),
    taxes: Type.Array(TaxSchema, { maxItems: LIMITS.taxes, description: 'The taxes of the whole document.' }),
    totals: TotalsSchema,
    tenders: Type.Array(TenderSchema, { maxItems: LIMITS.tenders, description: 'The means of payment.' }),
    delivery: Type.Optional(DeliverySchema),
    references: Type.Array(ReferenceSchema, {
      maxItems: LIMITS.references,
      description: 'Other documents that this one is about; a void needs one of type voids.',
    }),
    fiscal: Type.Optional(
      Type.Object(
        {
          scheme: code('The fiscal scheme, for example de.kassensichv or at.rksv.'),
          payload: text(LIMITS.payloadLength, 'What the fiscal device returned, as text.'),
        },
        { ...CLOSED, title: 'Fiscal', description: 'The signature of a fiscal device.' },
      ),
    ),
    flags: Type.Optional(FlagsSchema),
    extensions: Type.Optional(
      Type.Unsafe<Readonly<Record<string, unknown>>>(
        Type.Object(
          {},
          {
            additionalProperties: true,
            maxProperties: LIMITS.extensions,
            description:
              'Open: any JSON with integers up to 2^53 - 1 and without U+0000. Scanned for card numbers, otherwise not checked.',
          },
        ),
      ),
    ),
  },
  {
    ...CLOSED,
    $id: 'Invoice',
    title: 'Invoice',
    description:
      'One document of a till. Amounts are integers in minor units. The formats date and date-time are meant as assertions. What a schema cannot say is checked too: the body is UTF-8 without a byte order mark; no name occurs twice in an object; at most 32 objects and arrays are open at once; numbers are written without fraction and exponent, and 0 without a sign; no text or name has half of a surrogate pair; sums, signs, currencies, check digits and references are right; nothing looks like a card number.',
  },
)

/** An invoice that matches the schema. It may still break rules. */
export type Invoice = Static<typeof InvoiceSchema>
export type Line = Invoice['lines'][number]
export type Tax = Invoice['taxes'][number]
