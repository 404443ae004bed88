import { type HowRounded, isRoundedTo } from './how-rounded.ts'
import type { JudgedInvoice, JudgedLine } from './judged.ts'
import { isGtin } from './rules/gtin.ts'
import { isZero, roundedProduct } from './rules/money.ts'
import type { Report } from './violation.ts'

/**
 * The values of one line: `gtin` has a right check digit, `priceBase` is not zero, and `quantity` is zero only where the
 * line is a text or was voided: then all its amounts are 0.
 */
export function checkLineValues(line: JudgedLine, index: number, report: Report): void {
  if (line.gtin !== undefined && !isGtin(line.gtin)) report('gtin-check-digit', `/lines/${index}/gtin`)
  if (isZero(line.quantity) && hasAmounts(line)) report('quantity-zero', `/lines/${index}/quantity`)
  if (line.priceBase !== undefined && isZero(line.priceBase)) report('price-base-zero', `/lines/${index}/priceBase`)
}

function hasAmounts({ grossAmount, netAmount, discounts, taxes }: JudgedLine): boolean {
  const isNotZero = ({ amount }: { amount: number }) => amount !== 0
  return grossAmount !== 0 || netAmount !== 0 || discounts.some(isNotZero) || taxes.some(isNotZero)
}

/**
 * The amounts of one line:
 *
 * - `grossAmount = round(quantity x unitPrice / priceBase)` to `roundingSteps.lines` (+-1 step without `roundingMode`, exact
 *   with it)
 * - `netAmount = grossAmount - sum(discounts)`
 * - a discount has the sign of `grossAmount`, and `netAmount` does not have the opposite one
 *
 * Where `grossAmount` is wrong, `netAmount` may also be what follows from the right one.
 */
export function checkLineAmounts(line: JudgedLine, index: number, how: HowRounded, report: Report): void {
  const { grossAmount, netAmount, priceBase = '1' } = line
  let gross = grossAmount
  if (!isZero(priceBase)) {
    const expected = roundedProduct(line.quantity, line.unitPrice, priceBase, 0, how)
    if (!isRoundedTo(expected, grossAmount, how)) {
      report('gross-amount', `/lines/${index}/grossAmount`, expected)
      gross = expected
    }
  }

  let discount = 0
  for (let i = 0; i < line.discounts.length; i++) {
    const { amount } = line.discounts[i] as JudgedLine['discounts'][number]
    discount += amount
    if (amount !== 0 && Math.sign(amount) !== Math.sign(grossAmount))
      report('discount-sign', `/lines/${index}/discounts/${i}/amount`)
  }
  if (netAmount !== grossAmount - discount && netAmount !== gross - discount)
    report('line-net', `/lines/${index}/netAmount`, gross - discount)
  if (netAmount !== 0 && Math.sign(netAmount) === -Math.sign(grossAmount))
    report('net-sign', `/lines/${index}/netAmount`)
}

/** `lineNumber` rises from line to line. */
export function checkLineOrder({ lines }: JudgedInvoice, report: Report): void {
  for (let i = 1; i < lines.length; i++) {
    if ((lines[i] as JudgedLine).lineNumber <= (lines[i - 1] as JudgedLine).lineNumber)
      report('line-number-order', `/lines/${i}/lineNumber`)
  }
}
