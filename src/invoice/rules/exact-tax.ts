import { EXACT_ONE, RATE_ONE, type Rounding } from './money.ts'
import { divideRoundedBig } from './rounding.ts'

/** An exact amount in minor units: `n / d`, `d` positive. */
export interface Fraction {
  readonly n: bigint
  readonly d: bigint
}

/** One of the taxes of a net amount. */
export interface TaxTerm {
  /** In hundred-millionths. */
  readonly rate: number
  /** The taxes whose amounts its base includes: places in the list, each before its own. */
  readonly includes: readonly number[]
  /** What it is charged on, if that is not the net amount and the included taxes. In units of `EXACT_ONE`. */
  readonly part: bigint | undefined
  /** The part that is an amount for each unit and no share of a base. In units of `EXACT_ONE`. */
  readonly perUnit: bigint
}

const RATE = BigInt(RATE_ONE)

/**
 * The exact amounts of the taxes of a net amount (in units of `EXACT_ONE`). Each is linear in the amount without tax:
 * `slope x base + fixed`. Where tax is included, the base follows from `net = base + all taxes`.
 */
export function exactTaxes(net: bigint, taxes: readonly TaxTerm[], isInclusive: boolean): Fraction[] {
  // Each tax that includes others divides by RATE once more than these: this scale makes every division exact.
  let divisions = 1
  for (const { includes } of taxes) if (includes.length > 0) divisions++
  const one = RATE ** BigInt(divisions)
  const slopes: bigint[] = []
  const fixed: bigint[] = []
  let slope = 0n
  let constant = 0n
  for (const { rate, includes, part, perUnit } of taxes) {
    let baseSlope = part === undefined ? one : 0n
    let baseFixed = part === undefined ? 0n : part * one
    if (part === undefined) {
      for (const at of includes) {
        baseSlope += slopes[at] as bigint
        baseFixed += fixed[at] as bigint
      }
    }
    slopes.push((baseSlope * BigInt(rate)) / RATE)
    fixed.push((baseFixed * BigInt(rate)) / RATE + perUnit * one)
    slope += slopes.at(-1) as bigint
    constant += fixed.at(-1) as bigint
  }
  // Where tax comes on top, the base is the net amount.
  const divisor = isInclusive ? one + slope : one
  const base = isInclusive ? net * one - constant : net * one
  return slopes.map((own, i) => ({ n: own * base + (fixed[i] as bigint) * divisor, d: one * divisor * EXACT_ONE }))
}

/** An exact amount in units of `EXACT_ONE`, at 18 decimals. */
export function unitsOfFraction({ n, d }: Fraction): bigint {
  return divideRoundedBig(n * EXACT_ONE, d, 'halfUp')
}

/** An exact amount, rounded to a multiple of the step. */
export function rounded({ n, d }: Fraction, { mode, step }: Rounding): number {
  return Number(divideRoundedBig(n, d * BigInt(step), mode)) * step
}
