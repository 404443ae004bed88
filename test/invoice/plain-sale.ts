import type { Invoice, Line } from '../../src/invoice/schema.ts'

/** An invoice whose members a test may change as it likes. */
// biome-ignore lint/suspicious/noExplicitAny: tests break invoices in ways that no type allows.
export type Breakable = any

/** A line over `net` minor units, without discount or tax. */
export function plainLine(lineNumber: number, net: number, more: Partial<Line> = {}): Line {
  return {
    lineNumber,
    itemCode: `A-${lineNumber}`,
    description: 'Thing',
    quantity: '1',
    unitCode: 'H87',
    unitPrice: String(net),
    grossAmount: net,
    netAmount: net,
    discounts: [],
    taxes: [],
    ...more,
  }
}

/** A small sale by hand: one taxed line with a discount, one untaxed, cash rounding and change. Valid in strict mode. */
export function plainSale(): Invoice {
  return {
    schemaVersion: '1.0',
    documentType: 'sale',
    storeId: 'S1',
    terminalId: 'T1',
    journalId: 'J1',
    sequenceNumber: 7,
    receiptNumber: 'T1-7',
    businessDate: '2026-03-14',
    occurredAt: '2026-03-14T17:05:09+01:00',
    cashier: { id: '0417' },
    currency: { code: 'EUR', exponent: 2 },
    taxMode: 'exclusive',
    taxRounding: 'document',
    lines: [
      plainLine(1, 900, {
        quantity: '2',
        unitPrice: '500',
        grossAmount: 1000,
        discounts: [{ amount: 100 }],
        taxes: [{ taxCode: 'VAT', category: 'S', rate: '0.19', amount: 171 }],
      }),
      plainLine(2, 1000),
    ],
    discounts: [],
    taxes: [{ taxCode: 'VAT', category: 'S', rate: '0.19', taxableAmount: 900, taxAmount: 171 }],
    totals: {
      lineNet: 1900,
      documentDiscount: 0,
      taxExclusive: 1900,
      tax: 171,
      taxInclusive: 2071,
      rounding: -1,
      payable: 2070,
      tendered: 2100,
      change: 30,
    },
    tenders: [{ type: 'cash', amount: 2100 }],
    references: [],
  }
}

/** A document without lines, discounts, taxes and tenders; all totals are 0. */
export function emptyDocument(documentType: Invoice['documentType']): Invoice {
  const sale = plainSale()
  const totals = Object.fromEntries(Object.keys(sale.totals).map((name) => [name, 0])) as Invoice['totals']
  return { ...sale, documentType, lines: [], taxes: [], totals, tenders: [] }
}

/** A document over these lines, paid without rounding; taxes and discounts as given. */
export function documentOver(lines: Line[], more: Partial<Invoice>, tax = 0): Invoice {
  const lineNet = lines.reduce((total, line) => total + line.netAmount, 0)
  const documentDiscount = (more.discounts ?? []).reduce((total, { amount }) => total + amount, 0)
  const net = lineNet - documentDiscount
  const taxInclusive = more.taxMode === 'inclusive' ? net : net + tax
  return {
    ...plainSale(),
    lines,
    taxes: [],
    totals: {
      lineNet,
      documentDiscount,
      taxExclusive: taxInclusive - tax,
      tax,
      taxInclusive,
      rounding: 0,
      payable: taxInclusive,
      tendered: taxInclusive,
      change: 0,
    },
    tenders: [{ type: 'card', amount: taxInclusive }],
    ...more,
  }
}

/** What a document says when it is judged: strict unless told otherwise, received a minute after it was made. */
export const RECEIVED_AT = new Date('2026-03-14T16:06:09Z')
