import { checkDiscountSpread } from './check-discount-spread.ts'
import { checkLineTaxes, type Doubt, reportDoubts } from './check-line-taxes.ts'
import { checkIncludedTax, checkSpreadOverLines, checkSumOfLines, checkTaxOnTop } from './check-tax-amounts.ts'
import type { JudgedInvoice, JudgedLine, JudgedTax } from './judged.ts'
import { isZero } from './rules/money.ts'
import { has, hasOpenDiscounts, type TaxCheck, type TaxGroup, taxCheckOf } from './tax-check.ts'
import { addDiscounts, addLine, indexOfTax, sumSets } from './tax-sets.ts'
import { type TaxableAmount, taxableAmountOf } from './taxable-amount.ts'
import { fromTo, type Report } from './violation.ts'

/** UN/ECE 5305 categories in which nothing is charged: zero rated, exempt, outside scope, reverse charge, exports. */
const WITHOUT_TAX: ReadonlySet<string> = new Set(['Z', 'E', 'O', 'AE', 'K', 'G'])

/**
 * Each (taxCode, category, rate) occurs once; rates are compared as numbers. A category without tax has the rate 0. A
 * tax includes no tax that is listed after it, nor itself.
 */
export function checkTaxKeys({ taxes }: JudgedInvoice, report: Report): void {
  for (let i = 0; i < taxes.length; i++) {
    const { category, rate, baseIncludes } = taxes[i] as JudgedTax
    if (i > 0 && indexOfTax(taxes, taxes[i] as JudgedTax) < i) report('tax-group-duplicate', `/taxes/${i}`)
    if (category !== undefined && category !== 'S' && WITHOUT_TAX.has(category) && !isZero(rate))
      report('category-rate', `/taxes/${i}/rate`)
    for (let k = 0; baseIncludes !== undefined && k < baseIncludes.length; k++) {
      for (let later = i; later < taxes.length; later++)
        if ((taxes[later] as JudgedTax).taxCode === baseIncludes[k])
          report('tax-on-tax', `/taxes/${i}/baseIncludes/${k}`)
    }
  }
}

/**
 * The taxes of the document, one by one, and those of its lines. Not checked if the document was cancelled.
 *
 * - Every tax of a line or discount is one of the document's taxes. A tax that no line carries is 0.
 * - base: `sum(netAmount of its lines) - sum(discounts that name it) = taxableAmount`. If tax is included, the right
 *   side also has the taxAmount of all taxes that those lines carry. A discount that names no taxes may reduce any
 *   group, but what the groups are short of adds up to these discounts.
 * - amount: see the four checks of `check-tax-amounts.ts`.
 *
 * A wrong amount is reported once: the base is taken as it follows from the amounts that were sent or that are right.
 */
export function checkTaxGroups(invoice: JudgedInvoice, report: Report): void {
  if (invoice.documentType === 'cancelled') return
  const check = taxCheckOf(invoice, report)
  const doubts = addLines(check)
  addDiscounts(check)
  sumSets(check)
  const wrongOnLines = reportDoubts(doubts, check)
  const { groups, isByLine } = check
  const isIncluded = check.isInclusive && !isByLine
  const right = new Array<number>(groups.length)
  for (let i = 0; i < groups.length; i++) {
    const { taxAmount } = invoice.taxes[i] as JudgedTax
    right[i] = isIncluded && (groups[i] as TaxGroup).lineCount > 0 ? checkIncludedTax(i, check) : taxAmount
  }
  const short = hasOpenDiscounts(check) ? groups.map(() => 0) : undefined
  let slack = 0
  let isSpreadTold = true
  for (let i = 0; i < groups.length; i++) {
    const { taxableAmount, taxAmount } = invoice.taxes[i] as JudgedTax
    if ((groups[i] as TaxGroup).lineCount === 0) {
      checkUncarried(invoice.taxes[i] as JudgedTax, i, report)
      continue
    }
    const base = checkTaxableAmount(i, right, check)
    if (short !== undefined) short[i] = base.amount - taxableAmount
    if (!isFitting(base, taxableAmount)) isSpreadTold = false
    slack += base.slack
    if (isByLine) right[i] = checkSumOfLines(i, check)
    else {
      if (!isIncluded) right[i] = checkTaxOnTop(i, base, check)
      if (right[i] === taxAmount && !has(wrongOnLines, i)) checkSpreadOverLines(i, check)
    }
  }
  if (short !== undefined && isSpreadTold) checkDiscountSpread(short, slack, check)
}

/** Sums the lines and checks their taxes. */
function addLines(check: TaxCheck): Doubt[] {
  const { lines } = check.invoice
  const doubts: Doubt[] = []
  const found = [-1, -1, -1, -1]
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as JudgedLine
    const set = addLine(line, i, found, check)
    checkLineTaxes(line, i, found, set, check, doubts)
  }
  return doubts
}

function checkUncarried({ taxableAmount, taxAmount }: JudgedTax, index: number, report: Report): void {
  if (taxableAmount !== 0) report('tax-without-line', `/taxes/${index}/taxableAmount`, 0)
  if (taxAmount !== 0) report('tax-without-line', `/taxes/${index}/taxAmount`, 0)
}

function isFitting({ low, high }: TaxableAmount, taxableAmount: number): boolean {
  return low <= taxableAmount && taxableAmount <= high
}

/** Returns the base as it follows from the lines. */
function checkTaxableAmount(tax: number, right: readonly number[], check: TaxCheck): TaxableAmount {
  const { taxes } = check.invoice
  const { taxableAmount } = taxes[tax] as JudgedTax
  const base = taxableAmountOf(tax, right, check)
  if (isFitting(base, taxableAmount)) return base
  if (taxes.some(({ taxAmount }, i) => taxAmount !== right[i])) {
    const sent = taxes.map(({ taxAmount }) => taxAmount)
    const fromSent = taxableAmountOf(tax, sent, check)
    if (isFitting(fromSent, taxableAmount)) return fromSent
  }
  check.report('tax-group-base', `/taxes/${tax}/taxableAmount`, fromTo(base.low, base.high))
  return base
}
