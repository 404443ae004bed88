import type { JudgedLine } from './judged.ts'
import { exactTaxes, type Fraction, type TaxTerm, unitsOfFraction } from './rules/exact-tax.ts'
import { EXACT_ONE, RATE_ONE, snapped } from './rules/money.ts'
import { type ExactTax, has, type TaxCheck, type TaxGroup, type TaxSet } from './tax-check.ts'
import { perUnitOf } from './tax-sets.ts'

/** The exact sum of a tax over sets, discounts taken off. Of several, at twelve decimals. */
export function exactTaxOfSets(tax: number, sets: readonly TaxSet[], check: TaxCheck): Fraction {
  if (sets.length === 1) return exactTaxOf(tax, sets[0] as TaxSet, check).fraction
  let sum = 0n
  for (let i = 0; i < sets.length; i++) sum += exactTaxOf(tax, sets[i] as TaxSet, check).units
  return { n: snapped(sum), d: EXACT_ONE }
}

function exactTaxOf(tax: number, set: TaxSet, check: TaxCheck): ExactTax {
  set.exact ??= exactTaxesOfSet(set, check)
  return set.exact[tax] as ExactTax
}

function exactTaxesOfSet(set: TaxSet, { groups, isInclusive, isUnrounded }: TaxCheck): ExactTax[] {
  const net = isUnrounded ? set.exactNet : BigInt(set.net) * EXACT_ONE
  const order = groups.flatMap((_, i) => (has(set.taxes, i) ? [i] : []))
  const terms = order.map((i): TaxTerm => {
    const { rate, includes } = groups[i] as TaxGroup
    const part = has(set.onParts, i) ? BigInt(set.partSums?.[i] ?? 0) * EXACT_ONE : undefined
    return { rate, includes: placesOf(includes, order), part, perUnit: set.perUnit?.[i] ?? 0n }
  })
  const found: ExactTax[] = []
  exactTaxes(net - BigInt(set.discount) * EXACT_ONE, terms, isInclusive).forEach((fraction, place) => {
    found[order[place] as number] = { fraction, units: unitsOfFraction(fraction) }
  })
  return found
}

/**
 * The exact taxes of a line over `net` (in units of `EXACT_ONE`), in the order of the line. `found` begins with
 * the indexes of its taxes in the document.
 */
export function exactTaxesOfLine(
  line: JudgedLine,
  net: bigint,
  found: readonly number[],
  { groups, isInclusive }: TaxCheck,
): Fraction[] {
  const own = found.slice(0, line.taxes.length)
  const order = [...own].sort((a, b) => a - b)
  const terms = order.map((i): TaxTerm => {
    const { taxableAmount, amountPerUnit } = line.taxes[own.indexOf(i)] as JudgedLine['taxes'][number]
    const { rate, includes } = groups[i] as TaxGroup
    return {
      rate,
      includes: placesOf(includes, order),
      part: taxableAmount === undefined ? undefined : BigInt(taxableAmount) * EXACT_ONE,
      perUnit: amountPerUnit === undefined ? 0n : perUnitOf(line, amountPerUnit),
    }
  })
  const amounts = exactTaxes(net, terms, isInclusive)
  return own.map((i) => amounts[order.indexOf(i)] as Fraction)
}

function placesOf(bits: number, order: readonly number[]): number[] {
  return order.flatMap((i, place) => (has(bits, i) ? [place] : []))
}

/** A tax of a line, from its own base or else from `base` (in units of `EXACT_ONE`, what it includes added). */
export function taxOn(line: JudgedLine, at: number, base: bigint, rate: number): Fraction {
  const { taxableAmount, amountPerUnit } = line.taxes[at] as JudgedLine['taxes'][number]
  const own = taxableAmount === undefined ? base : BigInt(taxableAmount) * EXACT_ONE
  const fixed = amountPerUnit === undefined ? 0n : perUnitOf(line, amountPerUnit)
  return { n: own * BigInt(rate) + fixed * BigInt(RATE_ONE), d: EXACT_ONE * BigInt(RATE_ONE) }
}
