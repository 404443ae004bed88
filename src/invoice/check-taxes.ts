import { isRoundedTo, taxesRounded } from './how-rounded.ts'
import { RATE_ONE, rateUnits, roundedShare } from './rules/money.ts'
import type { Invoice, Tax } from './schema.ts'
import { indexOfTax, sumTaxGroups, type TaxGroup, type TaxGroups } from './tax-groups.ts'
import type { Report } from './violation.ts'

/** Each (taxCode, category, rate) occurs once. Rates are compared as numbers. */
export function checkTaxKeys({ taxes }: Invoice, report: Report): void {
  for (let i = 1; i < taxes.length; i++) {
    if (indexOfTax(taxes, taxes[i] as Tax) < i) report('tax-group-duplicate', `/taxes/${i}`)
  }
}

/**
 * The taxes of the document, group by group. Not checked if the document was cancelled.
 *
 * - every tax of a line or discount is one of the document's taxes
 * - base: `sum(netAmount of its lines) - sum(attributed discounts) = taxableAmount`. If tax is included, the right side
 *   also has the taxAmount of all taxes that those lines carry. A discount without attribution may reduce any group,
 *   but what the groups are short of must add up to these discounts (checked if every line carries exactly one tax).
 * - `taxRounding: line`: `sum(line taxes) = taxAmount`
 * - `taxRounding: document`: `taxAmount = round(taxableAmount x rate)` (+-1 without `roundingMode`). If tax is
 *   included, `round(included base x rate / (1 + rates))` is accepted too.
 * - `taxRounding: line` with document discounts: `taxAmount` is within two minor units per line of
 *   `taxableAmount x rate`, because every line is rounded after a share of the discount that only the till knows
 */
export function checkTaxGroups(invoice: Invoice, report: Report): void {
  if (invoice.documentType === 'cancelled') return
  const groups = sumTaxGroups(invoice, report)
  checkTaxableAmounts(invoice, groups, report)
  for (let i = 0; i < groups.list.length; i++) {
    const tax = invoice.taxes[i] as Tax
    const group = groups.list[i] as TaxGroup
    if (invoice.taxRounding === 'line' && group.lineTax !== tax.taxAmount)
      report('line-tax-sum', `/taxes/${i}/taxAmount`)
    if (!isTaxRight(invoice, tax, group)) report('tax-amount', `/taxes/${i}/taxAmount`)
  }
}

function checkTaxableAmounts(invoice: Invoice, { list, unattributed, isOneTaxEach }: TaxGroups, report: Report): void {
  let short = 0
  for (let i = 0; i < list.length; i++) {
    const group = list[i] as TaxGroup
    const rest = group.base - group.discount - includedTax(invoice, group) - (invoice.taxes[i] as Tax).taxableAmount
    short += rest
    if (!isExplained(invoice, group, rest, unattributed)) report('tax-group-base', `/taxes/${i}/taxableAmount`)
  }
  if (unattributed !== 0 && isOneTaxEach && short !== unattributed) report('tax-group-base', '/taxes')
}

/** Whether discounts without attribution can explain what a group is short of. */
function isExplained(invoice: Invoice, group: TaxGroup, rest: number, unattributed: number): boolean {
  if (group.isMixed && invoice.taxMode === 'inclusive') {
    // The lines carry different sets of taxes: their amounts without tax are only as exact as their line taxes.
    const tolerance = invoice.taxRounding === 'line' ? 0 : group.lineTaxes
    return invoice.discounts.length > 0 || Math.abs(rest) <= tolerance
  }
  return Math.min(0, unattributed) <= rest && rest <= Math.max(0, unattributed)
}

/** The tax that the line amounts of a group include: 0 in exclusive mode. */
function includedTax(invoice: Invoice, group: TaxGroup): number {
  if (invoice.taxMode === 'exclusive') return 0
  if (group.isMixed) return group.includedLineTax
  let tax = 0
  for (let i = 0; i < invoice.taxes.length; i++)
    if ((group.members >>> i) & 1) tax += (invoice.taxes[i] as Tax).taxAmount
  return tax
}

function isTaxRight(invoice: Invoice, tax: Tax, group: TaxGroup): boolean {
  const { taxMode, taxRounding, taxes, discounts } = invoice
  const how = taxesRounded(invoice)
  const units = rateUnits(tax.rate)
  const onTop = roundedShare(tax.taxableAmount, units, RATE_ONE, how)
  if (taxRounding === 'line') return discounts.length === 0 || Math.abs(tax.taxAmount - onTop) <= 2 * group.lineCount
  if (taxMode === 'exclusive') return isRoundedTo(onTop, tax.taxAmount, how)
  if (group.isMixed) return Math.abs(tax.taxAmount - onTop) <= 1
  let divisor = RATE_ONE
  for (let i = 0; i < taxes.length; i++) if ((group.members >>> i) & 1) divisor += rateUnits((taxes[i] as Tax).rate)
  const included = roundedShare(tax.taxableAmount + includedTax(invoice, group), units, divisor, how)
  return isRoundedTo(included, tax.taxAmount, how) || isRoundedTo(onTop, tax.taxAmount, how)
}
