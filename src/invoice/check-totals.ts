import { cashStep } from './check-rounding.ts'
import { isRoundedTo, linesRounded } from './how-rounded.ts'
import type { JudgedInvoice } from './judged.ts'
import { rounded } from './rules/exact-tax.ts'
import { EXACT_ONE, snapped } from './rules/money.ts'
import { exactNetOf } from './tax-sets.ts'
import type { Report } from './violation.ts'

/** Whether a member of the document matches the schema. */
export type IsWhole = (name: keyof JudgedInvoice) => boolean

const EVERYTHING: IsWhole = () => true

/**
 * The totals, from the goods to the money:
 *
 * - `lineNet = sum(lines.netAmount)`; with `taxRounding: unrounded`, the rounded sum of the unrounded lines
 * - `documentDiscount = sum(discounts.amount)`
 * - `tax = sum(taxes.taxAmount)`
 * - `tendered = sum(tenders.amount)`
 * - `lineNet - documentDiscount = taxExclusive`, where tax is included `= taxInclusive`
 * - `taxExclusive + tax = taxInclusive`
 * - `taxInclusive + rounding = payable`
 * - `tendered - change - forfeited = payable`
 *
 * A wrong total is reported once: the later equations take it as it was sent or as it would be right. A `cancelled`
 * document lists what was given up, but its totals are 0: only its tenders are summed.
 */
export function checkTotals(invoice: JudgedInvoice, report: Report, isWhole: IsWhole = EVERYTHING): void {
  const { totals } = invoice
  const sums = rightSums(invoice, isWhole)
  if (totals.tendered !== sums.tendered) report('tender-sum', '/totals/tendered', sums.tendered)
  if (!isLineNet(invoice, sums.lineNet)) report('line-net-sum', '/totals/lineNet', sums.lineNet)
  if (totals.documentDiscount !== sums.documentDiscount)
    report('document-discount-sum', '/totals/documentDiscount', sums.documentDiscount)
  if (totals.tax !== sums.tax) report('tax-sum', '/totals/tax', sums.tax)
  const taxInclusive = checkNet(invoice, sums, report)
  const canRound = (by: number) => isWhole('currency') && isWhole('roundingSteps') && Math.abs(by) < cashStep(invoice)
  const payable = checkPayable(totals, taxInclusive, sums.tendered, canRound, report)
  checkChange(invoice, payable, sums.tendered, report)
}

type Sums = Pick<JudgedInvoice['totals'], 'lineNet' | 'documentDiscount' | 'tax' | 'tendered'>

/** The sums of the lists. A list that cannot be summed counts as its total was sent. */
function rightSums(invoice: JudgedInvoice, isWhole: IsWhole): Sums {
  const { documentType, totals, lines, discounts, taxes, tenders } = invoice
  let { lineNet, documentDiscount, tax, tendered } = totals
  if (isWhole('tenders')) {
    tendered = 0
    for (const { amount } of tenders) tendered += amount
  }
  if (documentType === 'cancelled') return { lineNet, documentDiscount, tax, tendered }
  if (isWhole('lines')) {
    if (invoice.taxRounding === 'unrounded') {
      if (isWhole('roundingMode') && isWhole('roundingSteps')) lineNet = unroundedNet(invoice)
    } else {
      lineNet = 0
      for (const line of lines) lineNet += line.netAmount
    }
  }
  if (isWhole('discounts')) {
    documentDiscount = 0
    for (const { amount } of discounts) documentDiscount += amount
  }
  if (isWhole('taxes')) {
    tax = 0
    for (const { taxAmount } of taxes) tax += taxAmount
  }
  return { lineNet, documentDiscount, tax, tendered }
}

function unroundedNet(invoice: JudgedInvoice): number {
  let net = 0n
  for (const line of invoice.lines) net += exactNetOf(line)
  return rounded({ n: snapped(net), d: EXACT_ONE }, linesRounded(invoice))
}

/** The sum, or what rounds to it where the lines are unrounded and the till does not say how it rounds. */
function isLineNet(invoice: JudgedInvoice, sum: number): boolean {
  const { lineNet } = invoice.totals
  return lineNet === sum || (invoice.taxRounding === 'unrounded' && isRoundedTo(sum, lineNet, linesRounded(invoice)))
}

/** `taxExclusive` and `taxInclusive`. Returns the taxInclusive that would be right. */
function checkNet({ taxMode, totals }: JudgedInvoice, sums: Sums, report: Report): number {
  const { taxExclusive, taxInclusive, tax } = totals
  const stated = totals.lineNet - totals.documentDiscount
  const right = sums.lineNet - sums.documentDiscount
  if (taxMode === 'exclusive') {
    const isRight = taxExclusive === stated || taxExclusive === right
    if (!isRight) report('net-total', '/totals/taxExclusive', right)
    const expected = (isRight ? taxExclusive : right) + sums.tax
    if (taxInclusive === taxExclusive + tax || taxInclusive === expected) return taxInclusive
    report('tax-inclusive-sum', '/totals/taxInclusive', expected)
    return expected
  }
  const isRight = taxInclusive === stated || taxInclusive === right
  if (!isRight) report('net-total', '/totals/taxInclusive', right)
  const included = isRight ? taxInclusive : right
  if (taxExclusive !== taxInclusive - tax && taxExclusive !== included - sums.tax)
    report('tax-inclusive-sum', '/totals/taxExclusive', included - sums.tax)
  return included
}

/** `rounding` and `payable`. If the money agrees with payable, it is the rounding that is wrong, as far as it can be. */
function checkPayable(
  totals: JudgedInvoice['totals'],
  taxInclusive: number,
  tendered: number,
  canRound: (by: number) => boolean,
  report: Report,
): number {
  const { payable, rounding } = totals
  const expected = taxInclusive + rounding
  const kept = totals.change + (totals.forfeited ?? 0)
  if (payable === expected || payable === totals.taxInclusive + rounding) return payable
  const isPaid = payable === totals.tendered - kept || payable === tendered - kept
  if (isPaid && canRound(payable - taxInclusive)) {
    report('payable-sum', '/totals/rounding', payable - taxInclusive)
    return payable
  }
  report('payable-sum', '/totals/payable', expected)
  return expected
}

/**
 * `change`, or `forfeited` where no change is given. If too little was tendered, there is no change that would be right:
 * it is `tendered` that is wrong.
 */
function checkChange({ documentType, totals }: JudgedInvoice, payable: number, tendered: number, report: Report): void {
  const { change, forfeited = 0 } = totals
  const kept = change + forfeited
  if (totals.tendered - kept === totals.payable || tendered - kept === payable) return
  if (totals.tendered - kept === payable || tendered - kept === totals.payable) return
  if (forfeited !== 0 && change === 0) {
    report('change-sum', '/totals/forfeited', tendered - payable)
    return
  }
  const expected = tendered - payable - forfeited
  const canBeGiven = documentType === 'void' || expected >= 0
  if (canBeGiven && (expected === 0 || Math.sign(expected) === Math.sign(tendered)))
    report('change-sum', '/totals/change', expected)
  else report('change-sum', '/totals/tendered', payable + kept)
}
