import * as fc from 'fast-check'
import type { Invoice } from '../../src/invoice/schema.ts'
import { ringUp } from '../../src/tools/simulate/ring-up.ts'
import type { Item, SalePlan } from '../../src/tools/simulate/sale-plan.ts'
import { gtin13, type SampleOptions, sampleInvoice as simulated } from '../../src/tools/simulate/sample-invoice.ts'

const TYPES = ['sale', 'sale', 'sale', 'return', 'exchange', 'void', 'cancelled', 'noSale', 'skipped'] as const
const CURRENCIES = [
  { code: 'EUR', exponent: 2 },
  { code: 'USD', exponent: 2 },
  { code: 'JPY', exponent: 0 },
  { code: 'KWD', exponent: 3 },
] as const
const TAX_SETS = [
  [[{ taxCode: 'VAT-S', category: 'S', rate: '0.19' }], [{ taxCode: 'VAT-R', category: 'S', rate: '0.07' }]],
  [[{ taxCode: 'CT', rate: '0.1' }], [{ taxCode: 'CT', rate: '0.08' }], [{ taxCode: 'CT', rate: '0' }]],
  [
    [
      { taxCode: 'CGST', rate: '0.09' },
      { taxCode: 'SGST', rate: '0.09' },
    ],
    [
      { taxCode: 'CGST', rate: '0.025' },
      { taxCode: 'SGST', rate: '0.025' },
    ],
  ],
  [
    [
      { taxCode: 'STATE', rate: '0.0625' },
      { taxCode: 'CITY', rate: '0.01125' },
    ],
  ],
] as const

const name = (maxLength: number) =>
  fc
    .array(fc.constantFrom(...'ABCxyz0189._-'), { minLength: 1, maxLength })
    .map((characters) => characters.join('').replace(/^[._-]/, 'S'))

/** Positive decimal text with at most `decimals` decimals; at least one unit of the last of them. */
const decimalText = (max: number, decimals: number) =>
  fc
    .tuple(fc.integer({ min: 1, max }), fc.integer({ min: 0, max: decimals }))
    .map(([units, scale]) =>
      scale === 0
        ? String(units)
        : `${Math.floor(units / 10 ** scale)}.${String(units % 10 ** scale).padStart(scale, '0')}`,
    )

const item = (mayBeNegative: boolean): fc.Arbitrary<Item> =>
  fc.record({
    itemCode: name(12),
    gtin: fc.option(
      fc.integer({ min: 100_000_000_000, max: 999_999_999_999 }).map((n) => gtin13(String(n))),
      { nil: undefined },
    ),
    description: fc.string({ minLength: 1, maxLength: 40, unit: fc.constantFrom(...'Milch ÄöÜß日本"\\/\n') }),
    quantity: fc
      .tuple(decimalText(9_999, 3), fc.boolean())
      .map(([text, negative]) => (negative && mayBeNegative ? `-${text}` : text)),
    unitCode: fc.constantFrom('H87', 'KGM', 'LTR', 'MTR'),
    unitPrice: decimalText(999_999, 4),
    priceBase: fc.option(fc.constantFrom('1', '10', '100', '0.5', '3'), { nil: undefined }),
    discountPercents: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 3 }),
    taxSet: fc.integer({ min: 0, max: 3 }),
  })

/** Plans of all document types, tax modes, rounding modes and currencies. */
export const plan: fc.Arbitrary<SalePlan> = fc.constantFrom(...TYPES).chain((documentType) =>
  fc.record({
    storeId: name(32),
    terminalId: name(32),
    journalId: fc.oneof(fc.uuid(), fc.constant('2026-03-14')),
    sequenceNumber: fc.integer({ min: 1, max: 999_999_999_999 }),
    documentType: fc.constant(documentType),
    occurredAt: fc.constantFrom('2026-03-14T17:05:09+01:00', '2026-03-15T02:05:09.123Z', '2026-03-13T23:59:59-05:00'),
    currency: fc.constantFrom(...CURRENCIES),
    taxMode: fc.constantFrom('exclusive', 'inclusive'),
    taxRounding: fc.constantFrom('line', 'document'),
    roundingMode: fc.constantFrom('halfUp', 'halfEven', 'halfDown', 'up', 'down'),
    declaresRounding: fc.boolean(),
    taxSets: fc.constantFrom(...TAX_SETS),
    items: fc.array(item(documentType === 'exchange' || documentType === 'sale'), { maxLength: 8 }),
    documentDiscountPercent: fc.constantFrom(0, 0, 5, 10, 33),
    attributesDiscount: fc.boolean(),
    cashStep: fc.constantFrom(1, 1, 5, 10),
    payment: fc.constantFrom('cash', 'cashWithChange', 'card', 'split', 'giftCardAndCash'),
  }),
)

/** Invoices that keep every rule in strict mode. */
export const validInvoice = (): fc.Arbitrary<Invoice> => plan.map(ringUp)

/** So that the same sample is the same document whenever a test makes it again. */
const OCCURRED_AT = new Date()

/** The simulator's sample. All samples of a test file happened in the same second. */
export function sampleInvoice(options: SampleOptions): Invoice {
  return simulated({ occurredAt: OCCURRED_AT, ...options })
}
