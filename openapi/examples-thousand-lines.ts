import { writeFile } from 'node:fs/promises'
import type { Invoice, Line } from '../src/invoice/schema.ts'

const FILE = new URL('examples/thousand-lines.json', import.meta.url)
const LINES = 1000

const STANDARD = { taxCode: 'VAT-S', category: 'S', rate: '0.2' }
const REDUCED = { taxCode: 'VAT-R', category: 'S', rate: '0.055' }

/**
 * A long document: a cash-and-carry purchase of 1,000 lines, priced without tax, tax rounded on each line. Always the
 * same.
 */
export function thousandLines(): Invoice {
  const lines = Array.from({ length: LINES }, (_, i) => lineAt(i))
  const taxes = [STANDARD, REDUCED].map((key) => {
    const own = lines.filter((line) => line.taxes[0]?.taxCode === key.taxCode)
    return {
      ...key,
      taxableAmount: sum(own.map((line) => line.netAmount)),
      taxAmount: sum(own.map((line) => line.taxes[0]?.amount ?? 0)),
    }
  })
  const lineNet = sum(lines.map((line) => line.netAmount))
  const tax = sum(taxes.map(({ taxAmount }) => taxAmount))
  const payable = lineNet + tax
  return {
    schemaVersion: '1.0',
    documentType: 'sale',
    storeId: 'FR-0231',
    terminalId: 'C04',
    journalId: '2026-03-14',
    sequenceNumber: 312,
    receiptNumber: 'C04-0312',
    businessDate: '2026-03-14',
    occurredAt: '2026-03-14T11:42:50+01:00',
    startedAt: '2026-03-14T10:15:03+01:00',
    cashier: { id: '1181' },
    customer: { type: 'business', loyaltyId: 'B-20417' },
    currency: { code: 'EUR', exponent: 2 },
    taxMode: 'exclusive',
    taxRounding: 'line',
    roundingMode: 'halfUp',
    lines,
    discounts: [],
    taxes,
    totals: {
      lineNet,
      documentDiscount: 0,
      taxExclusive: lineNet,
      tax,
      taxInclusive: payable,
      rounding: 0,
      payable,
      tendered: payable,
      change: 0,
    },
    tenders: [{ type: 'onAccount', amount: payable, reference: 'B-20417' }],
    references: [],
  }
}

function lineAt(index: number): Line {
  const quantity = 1 + ((index * 7) % 24)
  const unitPrice = 45 + ((index * 137) % 2900)
  const grossAmount = quantity * unitPrice
  const discount = index % 9 === 0 ? Math.floor(grossAmount / 20) : 0
  const netAmount = grossAmount - discount
  const key = index % 3 === 0 ? STANDARD : REDUCED
  // In thousandths, so that no float is rounded: 200 or 55.
  const thousandths = key === STANDARD ? 200 : 55
  return {
    lineNumber: index + 1,
    itemCode: String(40_000 + index * 3),
    description: `Article ${index + 1}`,
    quantity: String(quantity),
    unitCode: 'H87',
    unitPrice: String(unitPrice),
    grossAmount,
    netAmount,
    discounts: discount === 0 ? [] : [{ code: 'QTY5', amount: discount }],
    taxes: [{ ...key, amount: Math.floor((netAmount * thousandths + 500) / 1000) }],
  }
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}

/** `node openapi/examples-thousand-lines.ts`: writes the example. */
if (import.meta.main) await writeFile(FILE, `${JSON.stringify(thousandLines(), null, 2)}\n`)
