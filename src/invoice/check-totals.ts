import type { Invoice } from './schema.ts'
import type { Report } from './violation.ts'

/**
 * The sums over lines, discounts and taxes:
 *
 * - `lineNet = sum(lines.netAmount)`
 * - `documentDiscount = sum(discounts.amount)`
 * - `tax = sum(taxes.taxAmount)`
 * - `tendered = sum(tenders.amount)`
 *
 * A `cancelled` document lists what was given up, but its totals are 0: only its tenders are summed.
 */
export function checkSums({ documentType, totals, lines, discounts, taxes, tenders }: Invoice, report: Report): void {
  let tendered = 0
  for (const { amount } of tenders) tendered += amount
  if (tendered !== totals.tendered) report('tender-sum', '/totals/tendered')
  if (documentType === 'cancelled') return

  let lineNet = 0
  for (const line of lines) lineNet += line.netAmount
  if (lineNet !== totals.lineNet) report('line-net-sum', '/totals/lineNet')

  let documentDiscount = 0
  for (const { amount } of discounts) documentDiscount += amount
  if (documentDiscount !== totals.documentDiscount) report('document-discount-sum', '/totals/documentDiscount')

  let tax = 0
  for (const { taxAmount } of taxes) tax += taxAmount
  if (tax !== totals.tax) report('tax-sum', '/totals/tax')
}

/**
 * From the goods to the money:
 *
 * - `lineNet - documentDiscount = taxExclusive`, where tax is included `= taxInclusive`
 * - `taxExclusive + tax = taxInclusive`
 * - `taxInclusive + rounding = payable`
 * - `tendered - change = payable`
 */
export function checkTotals({ taxMode, totals }: Invoice, report: Report): void {
  const net = totals.lineNet - totals.documentDiscount
  if (taxMode === 'exclusive' && net !== totals.taxExclusive) report('net-total', '/totals/taxExclusive')
  if (taxMode === 'inclusive' && net !== totals.taxInclusive) report('net-total', '/totals/taxInclusive')
  if (totals.taxExclusive + totals.tax !== totals.taxInclusive) report('tax-inclusive-sum', '/totals/taxInclusive')
  if (totals.taxInclusive + totals.rounding !== totals.payable) report('payable-sum', '/totals/payable')
  if (totals.tendered - totals.change !== totals.payable) report('change-sum', '/totals/payable')
}
