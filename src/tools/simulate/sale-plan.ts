import type { Invoice, Tax } from '../../invoice/schema.ts'

/** What is sold, and how. `ringUp` makes an invoice from it. */
export interface SalePlan {
  readonly storeId: string
  readonly terminalId: string
  readonly journalId: string
  readonly sequenceNumber: number
  readonly documentType: Invoice['documentType']
  readonly occurredAt: string
  readonly currency: Invoice['currency']
  readonly taxMode: Invoice['taxMode']
  readonly taxRounding: Invoice['taxRounding']
  readonly roundingMode: NonNullable<Invoice['roundingMode']>
  /** Whether the invoice says how it was rounded. */
  readonly declaresRounding: boolean
  /** The sets of taxes that lines choose from; disjoint, so that included tax can be told apart. */
  readonly taxSets: readonly (readonly Pick<Tax, 'taxCode' | 'category' | 'rate'>[])[]
  readonly items: readonly Item[]
  readonly documentDiscountPercent: number
  readonly attributesDiscount: boolean
  /** The payable amount is a multiple of this, in minor units. */
  readonly cashStep: number
  /** How a positive amount is paid. */
  readonly payment: 'cash' | 'cashWithChange' | 'card' | 'split' | 'giftCardAndCash'
}

export interface Item {
  readonly itemCode: string
  readonly gtin: string | undefined
  readonly description: string
  readonly quantity: string
  readonly unitCode: string
  readonly unitPrice: string
  readonly priceBase: string | undefined
  readonly discountPercents: readonly number[]
  /** Index into the tax sets; beyond the last: untaxed. */
  readonly taxSet: number
}
