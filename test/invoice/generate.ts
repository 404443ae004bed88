import * as fc from 'fast-check'
import type { Identity } from '../../src/invoice/identity.ts'
import type { Invoice } from '../../src/invoice/schema.ts'
import { randomFrom } from '../harness/random.ts'
import { type Item, type Plan, ringUp } from './till.ts'

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

/** The GTIN-13 that begins with these twelve digits. */
export function gtin13(twelve: string): string {
  let total = 0
  for (let i = 0; i < 12; i++) total += Number(twelve[i]) * (i % 2 === 0 ? 1 : 3)
  return `${twelve}${(10 - (total % 10)) % 10}`
}

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
export const plan: fc.Arbitrary<Plan> = fc.constantFrom(...TYPES).chain((documentType) =>
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

const SHELF = [
  ['4311501', '431150100001', 'Vollmilch 3,8 % 1 l', '129', 'H87', 1],
  ['2204117', '400150112008', 'Kaffee, ganze Bohne 500 g', '749', 'H87', 1],
  ['9000412', '401234512345', 'Geschirrspültabs 40 Stück', '899', 'H87', 0],
  ['1180', '200118000000', 'Tafeltrauben hell, kernlos', '349', 'KGM', 1],
  ['7715502', '405998100213', 'Batterien AA 8er', '599', 'H87', 0],
  ['5512', '402455120001', 'Roggenmischbrot 750 g', '315', 'H87', 1],
] as const

export interface SampleOptions extends Identity {
  /** The same seed gives the same invoice. Default: the sequence number. */
  readonly seed?: number
  /** Default: now. Earlier than 90 days ago, or in the future, makes a warning, not an error. */
  readonly occurredAt?: Date
}

/**
 * A supermarket sale of three lines (about 1.6 KB as JSON) that is valid in strict mode: two tax rates, tax included,
 * one weighed item, now and then a discount; paid with card or cash. Fast enough for load generators.
 */
export function sampleInvoice({ seed, occurredAt = new Date(), ...identity }: SampleOptions): Invoice {
  const random = randomFrom(seed ?? identity.sequenceNumber).next
  const items = Array.from({ length: 3 }, (): Item => {
    const [itemCode, digits, description, unitPrice, unitCode, taxSet] = SHELF[Math.floor(random() * SHELF.length)]!
    const quantity = unitCode === 'KGM' ? `0.${100 + Math.floor(random() * 900)}` : String(1 + Math.floor(random() * 3))
    const discountPercents = random() < 0.2 ? [20] : []
    return {
      itemCode,
      gtin: gtin13(digits),
      description,
      quantity,
      unitCode,
      unitPrice,
      priceBase: undefined,
      discountPercents,
      taxSet,
    }
  })
  return ringUp({
    ...identity,
    documentType: 'sale',
    occurredAt: `${new Date(occurredAt.getTime() + 3_600_000).toISOString().slice(0, 19)}+01:00`,
    currency: { code: 'EUR', exponent: 2 },
    taxMode: 'inclusive',
    taxRounding: 'document',
    roundingMode: 'halfUp',
    declaresRounding: true,
    taxSets: TAX_SETS[0],
    items,
    documentDiscountPercent: 0,
    attributesDiscount: true,
    cashStep: 1,
    payment: random() < 0.6 ? 'card' : 'cashWithChange',
  })
}
