import { rateUnits } from './rules/money.ts'
import type { Invoice, Line, Tax } from './schema.ts'
import type { Report } from './violation.ts'

/** What the lines and discounts say about one tax of the document. */
export interface TaxGroup {
  /** Sum of netAmount over the lines that carry the tax. */
  base: number
  /** Discounts of the document that are attributed to it. */
  discount: number
  /** Sum of this tax over its lines. */
  lineTax: number
  /** Sum of all taxes over its lines. */
  includedLineTax: number
  /** How many taxes its lines carry in all. */
  lineTaxes: number
  lineCount: number
  /** The taxes that its lines carry, one bit for each index; only its own bit if no line carries it. */
  members: number
  /** Whether its lines, or those of a tax they also carry, have different sets of taxes. Then ignore `members`. */
  isMixed: boolean
}

export interface TaxGroups {
  readonly list: readonly TaxGroup[]
  /** Sum of the document discounts without attribution. */
  readonly unattributed: number
  /** Every line carries exactly one tax. */
  readonly isOneTaxEach: boolean
}

type TaxKey = Pick<Tax, 'taxCode' | 'category' | 'rate'>

/** Index of the first tax with this code, category and rate (as a number), or -1. */
export function indexOfTax(taxes: readonly TaxKey[], key: TaxKey): number {
  for (let i = 0; i < taxes.length; i++) {
    const tax = taxes[i] as TaxKey
    if (tax.taxCode === key.taxCode && tax.category === key.category && isSameRate(tax.rate, key.rate)) return i
  }
  return -1
}

function isSameRate(a: string, b: string): boolean {
  return a === b || rateUnits(a) === rateUnits(b)
}

/** Sums lines and discounts by the taxes of the document. A tax that the document does not list is reported. */
export function sumTaxGroups(invoice: Invoice, report: Report): TaxGroups {
  const { taxes, lines, discounts } = invoice
  const list = taxes.map((_, i) => emptyGroup(i))
  let isOneTaxEach = true
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as Line
    if (line.taxes.length !== 1) isOneTaxEach = false
    addLine(line, i, taxes, list, report)
  }
  for (const group of list)
    if (list.some(({ isMixed }, at) => isMixed && (group.members >>> at) & 1)) group.isMixed = true
  let unattributed = 0
  for (let i = 0; i < discounts.length; i++) {
    const { amount, taxes: keys } = discounts[i] as Invoice['discounts'][number]
    if (keys === undefined) unattributed += amount
    for (let k = 0; keys !== undefined && k < keys.length; k++) {
      const group = list[indexOfTax(taxes, keys[k] as TaxKey)]
      if (group === undefined) report('tax-group-missing', `/discounts/${i}/taxes/${k}`)
      else group.discount += amount
    }
  }
  return { list, unattributed, isOneTaxEach }
}

const emptyGroup = (index: number): TaxGroup => ({
  base: 0,
  discount: 0,
  lineTax: 0,
  includedLineTax: 0,
  lineTaxes: 0,
  lineCount: 0,
  members: 1 << index,
  isMixed: false,
})

function addLine(line: Line, index: number, taxes: readonly Tax[], list: readonly TaxGroup[], report: Report): void {
  let members = 0
  let includedLineTax = 0
  for (let k = 0; k < line.taxes.length; k++) {
    const tax = line.taxes[k] as Line['taxes'][number]
    const at = indexOfTax(taxes, tax)
    const group = list[at]
    if (group === undefined) {
      report('tax-group-missing', `/lines/${index}/taxes/${k}`)
      continue
    }
    group.lineTax += tax.amount
    includedLineTax += tax.amount
    members |= 1 << at
  }
  for (let at = 0; at < list.length; at++) {
    if (((members >>> at) & 1) === 0) continue
    const group = list[at] as TaxGroup
    if (group.lineCount > 0 && group.members !== members) group.isMixed = true
    group.members = members
    group.base += line.netAmount
    group.includedLineTax += includedLineTax
    group.lineTaxes += line.taxes.length
    group.lineCount++
  }
}
