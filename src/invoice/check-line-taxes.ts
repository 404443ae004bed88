import { exactTaxesOfLine, taxOn } from './exact-set.ts'
import { isRoundedTo } from './how-rounded.ts'
import type { JudgedInvoice, JudgedLine } from './judged.ts'
import { type Fraction, rounded } from './rules/exact-tax.ts'
import { EXACT_ONE, isOne, RATE_ONE, roundedShare, wholeOf } from './rules/money.ts'
import { has, type TaxCheck, type TaxGroup, type TaxSet } from './tax-check.ts'
import { exactNetOf } from './tax-sets.ts'
import { fromTo } from './violation.ts'

/** A line tax that is too far off for one line. The number of lines with its tax decides whether that is a violation. */
export interface Doubt {
  readonly pointer: string
  readonly tax: number
  readonly amount: number
  readonly low: number
  readonly high: number
  readonly slack: number
}

/**
 * The taxes of one line. `found` begins with their indexes in the document; if one of them is -1, nothing is checked.
 *
 * - `taxRounding: line`: `amount = round(base x rate)`, where the base is the net amount; or, if tax is included,
 *   `round(netAmount x rate / (1 + sum of the line's rates))`. +-1 step without a declared mode.
 * - `taxRounding: unit`: the same for one unit, times the quantity. As a line where the quantity is not whole or where
 *   the price is for more than one unit.
 * - `document`, `unrounded`: the till may spread over the lines what rounding leaves. Each amount is within one step, for
 *   every line with the tax, of its share.
 * - If the document has discounts, only the till knows how it spread them over the lines: `amount` is, within the same
 *   bound, between nothing and the tax without discount (or, with a surcharge, the tax with all of it).
 *
 * In the sums of the set, an amount that is wrong is replaced by the one that would be right.
 */
export function checkLineTaxes(
  line: JudgedLine,
  index: number,
  found: readonly number[],
  set: TaxSet,
  check: TaxCheck,
  doubts: Doubt[],
): void {
  const { taxRounding, discounts } = check.invoice
  for (let k = 0; k < line.taxes.length; k++) if (found[k] === -1) return
  if (set.onParts !== 0) checkParts(line, index, found, check)
  const units = check.isByLine && taxRounding === 'unit' ? unitsOfLine(line) : 1
  if (!check.isByLine || discounts.length > 0) boundAmounts(line, index, found, set, units, check, doubts)
  else if (set.isPlain && units === 1) matchAmounts(line, index, found, set, check)
  else matchDeclaredAmounts(line, index, found, set, units, check)
}

/** Taxes that are shares of the net amount. */
function matchAmounts(line: JudgedLine, index: number, found: readonly number[], set: TaxSet, check: TaxCheck): void {
  const { groups, how } = check
  const divisor = check.isInclusive ? set.divisor : RATE_ONE
  for (let k = 0; k < line.taxes.length; k++) {
    const at = found[k] as number
    const { amount } = line.taxes[k] as JudgedLine['taxes'][number]
    const expected = roundedShare(line.netAmount, (groups[at] as TaxGroup).rate, divisor, how)
    if (isRoundedTo(expected, amount, how)) continue
    check.report('tax-amount', `/lines/${index}/taxes/${k}/amount`, expected)
    set.amounts[at] = (set.amounts[at] as number) + expected - amount
  }
}

/** Taxes with a base of their own, an amount per unit or other taxes in their base, or that are rounded for each unit. */
function matchDeclaredAmounts(
  line: JudgedLine,
  index: number,
  found: readonly number[],
  set: TaxSet,
  units: number,
  check: TaxCheck,
): void {
  const { groups, how, isInclusive } = check
  const net = units === 1 ? BigInt(line.netAmount) * EXACT_ONE : exactNetOf(line)
  const exact = exactTaxesOfLine(line, net, found, check)
  const told = line.taxes.map(({ amount }) => amount)
  const priced = isInclusive ? told.reduce((sum, amount) => sum + amount, 0) : 0
  const perUnit = ({ n, d }: Fraction) => rounded({ n, d: d * BigInt(units) }, how) * units
  const steps = { ...how, step: how.step * units }
  for (const at of found.slice(0, line.taxes.length).sort((a, b) => a - b)) {
    const k = found.indexOf(at)
    const { amount } = line.taxes[k] as JudgedLine['taxes'][number]
    const { rate, includes } = groups[at] as TaxGroup
    // Tills compute a tax on tax from the rounded tax or from the exact one.
    let included = -priced
    for (let j = 0; j < line.taxes.length; j++) if (has(includes, found[j] as number)) included += told[j] as number
    const fromRounded = perUnit(taxOn(line, k, net + BigInt(included) * EXACT_ONE, rate))
    const fromExact = perUnit(exact[k] as Fraction)
    if (isRoundedTo(fromRounded, amount, steps) || isRoundedTo(fromExact, amount, steps)) continue
    const expected = isInclusive ? fromExact : fromRounded
    told[k] = expected
    check.report('tax-amount', `/lines/${index}/taxes/${k}/amount`, expected)
    set.amounts[at] = (set.amounts[at] as number) + expected - amount
  }
}

function boundAmounts(
  line: JudgedLine,
  index: number,
  found: readonly number[],
  set: TaxSet,
  units: number,
  check: TaxCheck,
  doubts: Doubt[],
): void {
  const { invoice, groups, how } = check
  const divisor = check.isInclusive ? set.divisor : RATE_ONE
  const net = set.isPlain && !check.isUnrounded ? undefined : netOf(line, check)
  const exact = net === undefined ? undefined : exactTaxesOfLine(line, net, found, check)
  const isSpread = invoice.discounts.length > 0
  const surcharge = isSpread ? surchargeOn(line, invoice) : 0
  const raised =
    surcharge === 0 || net === undefined
      ? undefined
      : exactTaxesOfLine(line, net + BigInt(surcharge) * EXACT_ONE, found, check)
  // A tax on taxes that were rounded for each unit is further off.
  const slack = how.step * (units === 1 || set.isPlain ? units : 2 * units)
  for (let k = 0; k < line.taxes.length; k++) {
    const at = found[k] as number
    const { rate } = groups[at] as TaxGroup
    const { amount } = line.taxes[k] as JudgedLine['taxes'][number]
    const share =
      exact === undefined ? roundedShare(line.netAmount, rate, divisor, how) : rounded(exact[k] as Fraction, how)
    let low = share
    let high = share
    if (isSpread) {
      let more = 0
      if (raised !== undefined) more = rounded(raised[k] as Fraction, how) - share
      else if (surcharge !== 0) more = roundedShare(surcharge, rate, RATE_ONE, { mode: 'up', step: how.step })
      low = Math.min(0, share + Math.min(0, more))
      high = Math.max(0, share + Math.max(0, more))
    }
    if (amount < low - slack || amount > high + slack)
      doubts.push({ pointer: `/lines/${index}/taxes/${k}/amount`, tax: at, amount, low, high, slack })
  }
}

/** The net amount that tax is computed from, in units of `EXACT_ONE`. */
function netOf(line: JudgedLine, { isUnrounded }: TaxCheck): bigint {
  return isUnrounded ? exactNetOf(line) : BigInt(line.netAmount) * EXACT_ONE
}

/** Document discounts that make the line larger: negative ones where something is sold. */
function surchargeOn({ netAmount }: JudgedLine, { discounts }: JudgedInvoice): number {
  let surcharge = 0
  for (const { amount } of discounts) if (netAmount < 0 ? amount > 0 : amount < 0) surcharge -= amount
  return surcharge
}

/** A base of its own is a part of the line, with the taxes that it includes. */
function checkParts(line: JudgedLine, index: number, found: readonly number[], { groups, report }: TaxCheck): void {
  for (let k = 0; k < line.taxes.length; k++) {
    const { taxableAmount } = line.taxes[k] as JudgedLine['taxes'][number]
    if (taxableAmount === undefined) continue
    let whole = line.grossAmount
    const { includes } = groups[found[k] as number] as TaxGroup
    for (let j = 0; j < line.taxes.length; j++)
      if (has(includes, found[j] as number)) whole += (line.taxes[j] as JudgedLine['taxes'][number]).amount
    const low = Math.min(0, whole)
    const high = Math.max(0, whole)
    if (taxableAmount < low || taxableAmount > high)
      report('line-tax-base', `/lines/${index}/taxes/${k}/taxableAmount`, fromTo(low, high))
  }
}

/** Reports the line taxes that are further off than one step for each line with the tax. Returns these taxes, as bits. */
export function reportDoubts(doubts: readonly Doubt[], { groups, report }: TaxCheck): number {
  let wrong = 0
  for (const { pointer, tax, amount, low, high, slack } of doubts) {
    const most = slack * (groups[tax] as TaxGroup).lineCount
    if (amount >= low - most && amount <= high + most) continue
    report('tax-amount', pointer, fromTo(low, high))
    wrong |= 1 << tax
  }
  return wrong
}

/** How many units the tax is rounded for: 1 where it is rounded for the line. */
export function unitsOfLine({ quantity, priceBase }: JudgedLine): number {
  if (priceBase !== undefined && !isOne(priceBase)) return 1
  return Math.abs(wholeOf(quantity) ?? 1) || 1
}
