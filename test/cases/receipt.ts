import type { Invoice, Line, Tax } from '../../src/invoice/schema.ts'

type LineTax = Line['taxes'][number]
type Rate = Pick<Tax, 'taxCode' | 'category' | 'rate'>
type Tender = Invoice['tenders'][number]

/** What a receipt says. The rest of the invoice follows from it by plain addition. Amounts are in minor units. */
export interface Receipt
  extends Partial<Omit<Invoice, 'currency' | 'taxMode' | 'taxRounding' | 'lines' | 'taxes' | 'totals' | 'tenders'>> {
  readonly currency: string
  /** Decimals of the currency; 2 if absent. */
  readonly exponent?: number
  readonly taxMode: Invoice['taxMode']
  readonly taxRounding: Invoice['taxRounding']
  readonly lines: readonly Omit<Line, 'lineNumber'>[]
  readonly taxes?: Tax[]
  readonly tenders: Tender[]
  /** What is printed and is no sum, such as `rounding` and `change`, and sums that are wrong on purpose. */
  readonly totals?: Partial<Invoice['totals']>
}

/** A kind of tax: its code, its rate as a fraction, its UN/ECE 5305 category where there is one. */
export function rate(taxCode: string, rate: string, category?: string): Rate {
  return category === undefined ? { taxCode, rate } : { taxCode, category, rate }
}

/** The tax of a line. */
export function tax(of: Rate, amount: number, declared: Partial<LineTax> = {}): LineTax {
  return { ...of, amount, ...declared }
}

/** The tax of the document. */
export function total(of: Rate, taxableAmount: number, taxAmount: number, declared: Partial<Tax> = {}): Tax {
  return { ...of, taxableAmount, taxAmount, ...declared }
}

/** A position. `quantity` may name its unit: `0.482 KGM`; without one it is pieces. */
export function line(
  description: string,
  quantity: string,
  unitPrice: string,
  grossAmount: number,
  taxes: LineTax[] = [],
  more: Partial<Line> = {},
): Omit<Line, 'lineNumber'> {
  const [number = '', unitCode = 'H87'] = quantity.split(' ')
  const { discounts = [] } = more
  const netAmount = grossAmount - sumOf(discounts.map(({ amount }) => amount))
  return {
    itemCode: description.replaceAll(/[^\p{L}\p{N}]+/gu, '-').toLowerCase(),
    description,
    quantity: number,
    unitCode,
    unitPrice,
    grossAmount,
    netAmount,
    discounts,
    taxes,
    ...more,
  }
}

/** A means of payment: a function of its amount. */
const tender =
  (type: Tender['type']) =>
  (amount: number, more: Partial<Tender> = {}): Tender => ({ type, amount, ...more })

export const cash = tender('cash')
export const card = tender('card')
export const giftCard = tender('giftCard')
export const voucher = tender('voucher')
export const wallet = tender('wallet')
export const otherTender = tender('other')

/** The whole invoice of a receipt. The journal is named after the receipt, so that no two have the same identity. */
export function invoiceOf(name: string, country: string, receipt: Receipt): Invoice {
  const { currency, exponent = 2, totals, taxMode, taxRounding, discounts = [], taxes = [], tenders, ...more } = receipt
  const occurredAt = receipt.occurredAt ?? '2026-03-14T12:00:00Z'
  return {
    schemaVersion: '1.0',
    documentType: 'sale',
    storeId: `${country}-1`,
    terminalId: '1',
    journalId: name,
    sequenceNumber: 1,
    receiptNumber: '1',
    businessDate: occurredAt.slice(0, 10),
    occurredAt,
    cashier: { id: '1' },
    currency: { code: currency, exponent },
    taxMode,
    taxRounding,
    ...more,
    lines: receipt.lines.map((line, i) => ({ lineNumber: i + 1, ...line })),
    discounts,
    taxes,
    totals: totalsOf(receipt),
    tenders,
    references: receipt.references ?? [],
  }
}

function totalsOf({ taxMode, lines, discounts = [], taxes = [], tenders, totals }: Receipt): Invoice['totals'] {
  const lineNet = totals?.lineNet ?? sumOf(lines.map(({ netAmount }) => netAmount))
  const documentDiscount = sumOf(discounts.map(({ amount }) => amount))
  const tax = sumOf(taxes.map(({ taxAmount }) => taxAmount))
  const net = lineNet - documentDiscount
  const taxExclusive = taxMode === 'exclusive' ? net : net - tax
  const rounding = totals?.rounding ?? 0
  return {
    lineNet,
    documentDiscount,
    taxExclusive,
    tax,
    taxInclusive: taxExclusive + tax,
    rounding,
    payable: taxExclusive + tax + rounding,
    tendered: sumOf(tenders.map(({ amount }) => amount)),
    change: 0,
    ...totals,
  }
}

function sumOf(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0)
}
