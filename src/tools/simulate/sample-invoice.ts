import type { Identity } from '../../invoice/identity.ts'
import type { Invoice } from '../../invoice/schema.ts'
import { ringUp } from './ring-up.ts'
import type { Item } from './sale-plan.ts'
import { seededRandom } from './seeded-random.ts'

const TAX_SETS = [
  [{ taxCode: 'VAT-S', category: 'S', rate: '0.19' }],
  [{ taxCode: 'VAT-R', category: 'S', rate: '0.07' }],
] as const
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
  /** Default: now. More than 90 days ago, or in the future, gives a warning, not an error. */
  readonly occurredAt?: Date
  /** How many lines are sold. 0: only the drawer was opened. Default 3. */
  readonly lines?: number
}

/**
 * A supermarket sale that is valid in strict mode; with three lines, about 1.6 KB of JSON. Two tax rates, tax included,
 * a weighed item, sometimes a discount; paid by card or in cash. Fast enough for load generators.
 */
export function sampleInvoice({ seed, occurredAt = new Date(), lines = 3, ...identity }: SampleOptions): Invoice {
  const random = seededRandom(seed ?? identity.sequenceNumber)
  const items = Array.from({ length: lines }, (): Item => {
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
    documentType: lines > 0 ? 'sale' : 'noSale',
    occurredAt: localTime(occurredAt),
    currency: { code: 'EUR', exponent: 2 },
    taxMode: 'inclusive',
    taxRounding: 'document',
    roundingMode: 'halfUp',
    declaresRounding: true,
    taxSets: TAX_SETS,
    items,
    documentDiscountPercent: 0,
    attributesDiscount: true,
    cashStep: 1,
    payment: random() < 0.6 ? 'card' : 'cashWithChange',
  })
}

/** RFC 3339 at UTC+1, to the second. */
export function localTime(time: Date): string {
  return `${new Date(time.getTime() + 3_600_000).toISOString().slice(0, 19)}+01:00`
}

/** The GTIN-13 that begins with these twelve digits. */
export function gtin13(twelve: string): string {
  let total = 0
  for (let i = 0; i < 12; i++) total += Number(twelve[i]) * (i % 2 === 0 ? 1 : 3)
  return `${twelve}${(10 - (total % 10)) % 10}`
}
