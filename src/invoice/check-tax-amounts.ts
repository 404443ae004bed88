import { unitsOfLine } from './check-line-taxes.ts'
import { exactTaxOfSets } from './exact-set.ts'
import { isRoundedTo, linesRounded } from './how-rounded.ts'
import type { JudgedInvoice, JudgedTax } from './judged.ts'
import { type Fraction, rounded } from './rules/exact-tax.ts'
import { EXACT_ONE, RATE_ONE, roundedShare } from './rules/money.ts'
import { has, hasOpenDiscounts, type TaxCheck, type TaxGroup, type TaxSet } from './tax-check.ts'
import { indexOfTax } from './tax-sets.ts'
import { type TaxableAmount, taxableAmountOf } from './taxable-amount.ts'
import { fromTo } from './violation.ts'

/*
 * Each check but the last returns the taxAmount that is right: the one that was sent, if it may be.
 */

/**
 * Tax on top: `taxAmount = round(base x rate)`; with `taxRounding: unrounded`, the base before it was rounded will do.
 * What discounts that name no taxes take from it, only `taxableAmount` tells.
 */
export function checkTaxOnTop(tax: number, base: TaxableAmount, check: TaxCheck): number {
  const { invoice, groups, sets, how } = check
  const { taxAmount, taxableAmount } = invoice.taxes[tax] as JudgedTax
  const told = Math.min(Math.max(taxableAmount, base.low), base.high)
  const fromRounded = onTop(tax, told, check)
  if (isRoundedTo(fromRounded, taxAmount, how)) return taxAmount
  if (!check.isUnrounded) return wrong(tax, fromRounded, check)
  const short = hasOpenDiscounts(check) ? base.amount - told : 0
  const exact = base.exact - BigInt(short) * EXACT_ONE
  const fromExact = rounded(shareOf(exact, (groups[tax] as TaxGroup).rate, perUnitOfTax(tax, sets)), how)
  return isRoundedTo(fromExact, taxAmount, how) ? taxAmount : wrong(tax, fromExact, check)
}

/** Included tax: as it is contained in the lines, or what follows from a taxableAmount that agrees with them. */
export function checkIncludedTax(tax: number, check: TaxCheck): number {
  const { invoice, groups, sets, how } = check
  const { taxAmount, taxableAmount } = invoice.taxes[tax] as JudgedTax
  const { rate, only: set } = groups[tax] as TaxGroup
  const only = set?.isPlain === true && !check.isUnrounded ? set : undefined
  const contained =
    only === undefined
      ? containedInSets(tax, setsWith(tax, sets), check)
      : roundedShare(only.net - only.discount, rate, only.divisor, how)
  if (hasOpenDiscounts(check)) return checkSpreadTax(tax, contained, only, check)
  if (isRoundedTo(contained, taxAmount, how)) return taxAmount
  const isConsistent = isRoundedTo(onTop(tax, taxableAmount, check), taxAmount, how) && agreesWithLines(tax, check)
  return isConsistent ? taxAmount : wrong(tax, contained, check)
}

/** Whether taxableAmount and the taxes of the document, as they were sent, are what the lines come to. */
function agreesWithLines(tax: number, check: TaxCheck): boolean {
  const { taxes } = check.invoice
  const { low, high } = taxableAmountOf(
    tax,
    taxes.map(({ taxAmount }) => taxAmount),
    check,
  )
  const { taxableAmount } = taxes[tax] as JudgedTax
  return low <= taxableAmount && taxableAmount <= high
}

function setsWith(tax: number, sets: readonly TaxSet[]): TaxSet[] {
  return sets.filter(({ taxes }) => has(taxes, tax))
}

function containedInSets(tax: number, sets: readonly TaxSet[], check: TaxCheck): number {
  return rounded(exactTaxOfSets(tax, sets, check), check.how)
}

/**
 * Included tax beside a discount that names no taxes. How it was spread is not known: `taxAmount` is, within one step,
 * what the lines include less no more than the tax on the discount. It also follows from a taxableAmount that agrees
 * with the lines: as declared where its lines (`only`) carry no taxes that others carry, too; otherwise within one step
 * for every tax.
 */
function checkSpreadTax(tax: number, contained: number, only: TaxSet | undefined, check: TaxCheck): number {
  const { invoice, groups, lowering, raising, how } = check
  const { taxAmount, taxableAmount } = invoice.taxes[tax] as JudgedTax
  const { rate } = groups[tax] as TaxGroup
  const taxOf = (discount: number) => roundedShare(discount, rate, RATE_ONE, { ...how, mode: 'up' })
  const low = contained - taxOf(lowering)
  const high = contained - taxOf(raising)
  if (taxAmount < low - how.step || taxAmount > high + how.step) {
    check.report('tax-amount', `/taxes/${tax}/taxAmount`, fromTo(low, high))
    return contained
  }
  // It is the base that is wrong, then.
  if (!agreesWithLines(tax, check)) return taxAmount
  const expected = onTop(tax, taxableAmount, check)
  // The base is as far off as the taxes that were taken from it, and the lines, were rounded.
  const off = how.step * (1 + groups.length) + (check.isUnrounded ? linesRounded(invoice).step : 0)
  const isAlone = only !== undefined && groups.every((group, i) => !has(only.taxes, i) || group.only === only)
  if (!isAlone) return Math.abs(taxAmount - expected) <= off ? taxAmount : wrong(tax, expected, check)
  const asSent = roundedShare(netAsSent(only, taxableAmount, check), rate, only.divisor, how)
  const isRight = isRoundedTo(asSent, taxAmount, how) || isRoundedTo(expected, taxAmount, how)
  return isRight ? taxAmount : wrong(tax, asSent, check)
}

/** The net amount of a set as the taxes of the document tell it. */
function netAsSent({ taxes }: TaxSet, taxableAmount: number, { invoice }: TaxCheck): number {
  let net = taxableAmount
  for (let i = 0; i < invoice.taxes.length; i++) if (has(taxes, i)) net += (invoice.taxes[i] as JudgedTax).taxAmount
  return net
}

/**
 * With `taxRounding: line` or `unit`, `taxAmount` is the sum of the line taxes. With document discounts it is also
 * within two steps for each line or unit of `taxableAmount x rate`, because each of them is rounded after a share of the
 * discount that only the till knows.
 */
export function checkSumOfLines(tax: number, check: TaxCheck): number {
  const { invoice, groups, how } = check
  const { taxAmount, taxableAmount } = invoice.taxes[tax] as JudgedTax
  const { lineTax: sum, lineCount } = groups[tax] as TaxGroup
  if (taxAmount !== sum) {
    check.report('line-tax-sum', `/taxes/${tax}/taxAmount`, sum)
    return sum
  }
  if (invoice.discounts.length === 0) return sum
  const expected = onTop(tax, taxableAmount, check)
  const most = 2 * (invoice.taxRounding === 'unit' ? unitsWith(tax, invoice) : lineCount) * how.step
  if (Math.abs(taxAmount - expected) > most)
    check.report('tax-amount', `/taxes/${tax}/taxAmount`, fromTo(expected - most, expected + most))
  return sum
}

/** How many times a tax is rounded if it is rounded for each unit. */
function unitsWith(tax: number, { lines, taxes }: JudgedInvoice): number {
  let units = 0
  for (const line of lines) if (indexOfTax(line.taxes, taxes[tax] as JudgedTax) !== -1) units += unitsOfLine(line)
  return units
}

/**
 * Otherwise the line taxes only have to add up to `taxAmount` within one step for each line. If the document has
 * discounts, the lines may also show the tax without them.
 */
export function checkSpreadOverLines(tax: number, check: TaxCheck): void {
  const { invoice, groups, sets, how } = check
  const { taxAmount } = invoice.taxes[tax] as JudgedTax
  const { lineTax: sum, lineCount } = groups[tax] as TaxGroup
  const slack = lineCount * how.step
  if (Math.abs(sum - taxAmount) <= slack) return
  let full = taxAmount
  if (invoice.discounts.length > 0) {
    full = 0
    for (const set of sets) if (set.lineCount > 0 && has(set.taxes, tax)) full += withoutDiscount(tax, set, check)
  }
  if (sum < Math.min(taxAmount, full) - slack || sum > Math.max(taxAmount, full) + slack)
    check.report('line-tax-sum', `/taxes/${tax}/taxAmount`, fromTo(sum - slack, sum + slack))
}

function withoutDiscount(tax: number, set: TaxSet, check: TaxCheck): number {
  const { groups, how } = check
  if (!set.isPlain || check.isUnrounded) return containedInSets(tax, [{ ...set, discount: 0, exact: undefined }], check)
  const divisor = check.isInclusive ? set.divisor : RATE_ONE
  return roundedShare(set.net, (groups[tax] as TaxGroup).rate, divisor, how)
}

function onTop(tax: number, base: number, { groups, sets, how }: TaxCheck): number {
  const { rate } = groups[tax] as TaxGroup
  const perUnit = perUnitOfTax(tax, sets)
  if (perUnit === 0n) return roundedShare(base, rate, RATE_ONE, how)
  return rounded(shareOf(BigInt(base) * EXACT_ONE, rate, perUnit), how)
}

/** base x rate + perUnit, both amounts in units of `EXACT_ONE`. */
function shareOf(base: bigint, rate: number, perUnit: bigint): Fraction {
  return { n: base * BigInt(rate) + perUnit * BigInt(RATE_ONE), d: EXACT_ONE * BigInt(RATE_ONE) }
}

function perUnitOfTax(tax: number, sets: readonly TaxSet[]): bigint {
  let sum = 0n
  for (let i = 0; i < sets.length; i++) {
    const { perUnit } = sets[i] as TaxSet
    if (perUnit !== undefined) sum += perUnit[tax] ?? 0n
  }
  return sum
}

function wrong(tax: number, expected: number, check: TaxCheck): number {
  check.report('tax-amount', `/taxes/${tax}/taxAmount`, expected)
  return expected
}
