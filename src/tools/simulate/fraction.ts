import type { SalePlan } from './sale-plan.ts'

/** Numerator and denominator. */
export type Fraction = readonly [bigint, bigint]

/** Decimal text as an exact fraction. */
export function fraction(text: string): Fraction {
  const [whole = '0', decimals = ''] = text.split('.')
  return [BigInt(whole + decimals), 10n ** BigInt(decimals.length)]
}

/** The nearest integer, by one of the invoice's rounding modes. */
export function round([n, d]: Fraction, mode: SalePlan['roundingMode']): number {
  const sign = n < 0n ? -1n : 1n
  const magnitude = n * sign
  const floor = magnitude / d
  const rest = (magnitude % d) * 2n
  const up =
    rest !== 0n &&
    (mode === 'up' ||
      (mode !== 'down' && rest > d) ||
      (rest === d && (mode === 'halfUp' || (mode === 'halfEven' && floor % 2n === 1n))))
  return Number(sign * (up ? floor + 1n : floor))
}

/** Decimal text with the opposite sign. */
export function negated(quantity: string): string {
  return quantity.startsWith('-') ? quantity.slice(1) : `-${quantity}`
}
