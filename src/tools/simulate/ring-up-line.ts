import type { Line } from '../../invoice/schema.ts'
import { type Fraction, fraction, negated, round } from './fraction.ts'
import type { Item, SalePlan } from './sale-plan.ts'

export const percentOf = (amount: number, percent: number) => Math.trunc((amount * percent) / 100) + 0
export const sum = (amounts: readonly number[]) => amounts.reduce((a, b) => a + b, 0)

/** The line of one item, with its discounts and taxes. */
export function lineOf(item: Item, index: number, plan: SalePlan): Line {
  const isReturn = plan.documentType === 'return'
  const quantity = isReturn ? negated(item.quantity) : item.quantity
  const [qn, qd] = fraction(quantity)
  const [pn, pd] = fraction(item.unitPrice)
  const [bn, bd] = fraction(item.priceBase ?? '1')
  const grossAmount = round([qn * pn * bd, qd * pd * bn], plan.roundingMode)
  const discounts: Line['discounts'] = []
  let netAmount = grossAmount
  for (const percent of item.discountPercents) {
    const amount = percentOf(netAmount, percent)
    netAmount -= amount
    discounts.push({ code: `P${percent}`, amount })
  }
  const keys = plan.taxSets[item.taxSet] ?? []
  const rates = keys.map(({ rate }) => fraction(rate))
  return {
    lineNumber: index + 1,
    itemCode: item.itemCode,
    ...(item.gtin === undefined ? {} : { gtin: item.gtin }),
    description: item.description,
    quantity,
    unitCode: item.unitCode,
    unitPrice: item.unitPrice,
    ...(item.priceBase === undefined ? {} : { priceBase: item.priceBase }),
    grossAmount,
    netAmount,
    discounts,
    taxes: keys.map((key, k) => ({ ...key, amount: taxOf(netAmount, k, rates, plan) })),
    ...(isReturn ? { returnOf: { receiptNumber: '12-4711', lineNumber: index + 1 } } : {}),
  }
}

/** base x rate, or base x rate / (1 + all rates) where tax is included; rounded. */
export function taxOf(
  base: number,
  k: number,
  rates: readonly Fraction[],
  { taxMode, roundingMode }: SalePlan,
): number {
  const [rn, rd] = rates[k] as Fraction
  if (taxMode === 'exclusive') return round([BigInt(base) * rn, rd], roundingMode)
  const common = 100_000_000n
  const all = rates.reduce((total, [n, d]) => total + (n * common) / d, common)
  return round([BigInt(base) * ((rn * common) / rd), all], roundingMode)
}

/** Spreads a discount over lines in proportion to their net amounts. The last line takes the remainder. */
export function spread(discount: number, lines: readonly Line[]): number[] {
  const base = sum(lines.map((line) => line.netAmount))
  const shares = lines.map(({ netAmount }) => (base === 0 ? 0 : Math.trunc((discount * netAmount) / base) + 0))
  if (shares.length > 0) shares[shares.length - 1]! += discount - sum(shares)
  return shares
}
