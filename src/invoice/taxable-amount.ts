import { exactTaxOfSets } from './exact-set.ts'
import { linesRounded } from './how-rounded.ts'
import { rounded } from './rules/exact-tax.ts'
import { EXACT_ONE, RATE_ONE, roundedShare, snapped } from './rules/money.ts'
import { has, type TaxCheck, type TaxGroup, type TaxSet } from './tax-check.ts'

/** A base as it follows from the lines. */
export interface TaxableAmount {
  /** Without the discounts that name no taxes. */
  readonly amount: number
  /** With them, taxableAmount is at least `low` and at most `high`. */
  readonly low: number
  readonly high: number
  /** How far off `amount` may be, because of what else is not known. */
  readonly slack: number
  /** Before it was rounded, in units of `EXACT_ONE`. Only with `taxRounding: unrounded`. */
  readonly exact: bigint
}

/**
 * The taxableAmount of a tax: the net amounts of its lines (or their own bases) less the discounts that name it, with
 * the taxes that its base includes and without those that the prices include. `amounts` are the taxes of the document.
 * Discounts that name no taxes may change it by no more than they are, those below 0 upwards.
 */
export function taxableAmountOf(tax: number, amounts: readonly number[], check: TaxCheck): TaxableAmount {
  const { invoice, groups, sets, isInclusive, isUnrounded, lowering, raising } = check
  let exact = 0n
  let net = 0
  let lowered: number
  let raised: number
  let tolerance = 0
  let slack = 0
  if (isUnrounded) {
    const how = linesRounded(invoice)
    exact = exactNetOf(tax, sets)
    const less = (by: number) => rounded({ n: exact - BigInt(by) * EXACT_ONE, d: EXACT_ONE }, how)
    net = less(0)
    lowered = lowering === 0 ? net : less(lowering)
    raised = raising === 0 ? net : less(raising)
    // Where tax is included, tills round the base or the tax first.
    if (isInclusive || !how.isDeclared) tolerance = how.step
    slack = how.step
  } else {
    net = netOf(tax, sets)
    lowered = net - lowering
    raised = net - raising
  }

  let shares = 0
  const { includes, only } = groups[tax] as TaxGroup
  if (isInclusive || includes !== 0) {
    const priced = isInclusive ? -1 : 0
    for (let j = 0; j < groups.length; j++) {
      const sign = has(includes, j) ? priced + 1 : priced
      if (sign === 0) continue
      const other = groups[j] as TaxGroup
      // The usual case: both are on the same lines and on no others.
      const isAlways = only !== undefined && only === other.only && only.onParts === 0 && !check.isByLine
      const share = isAlways ? (amounts[j] as number) : shareOnLines(j, tax, amounts[j] as number, check)
      shares += sign * share
      if (!isAlways) tolerance += toleranceOnLines(j, tax, check)
    }
  }
  return {
    amount: net + shares,
    low: lowered + shares - tolerance,
    high: raised + shares + tolerance,
    slack: slack + tolerance,
    exact: isUnrounded ? exact + BigInt(shares) * EXACT_ONE : exact,
  }
}

/**
 * How much of a tax is on the lines of `other`. `taxAmount` is the tax of the document: if it is also on other lines,
 * only its exact share can be told.
 */
function shareOnLines(tax: number, other: number, taxAmount: number, check: TaxCheck): number {
  const { sets } = check
  let sum = 0
  let isShared = false
  let isElsewhere = false
  for (let s = 0; s < sets.length; s++) {
    const set = sets[s] as TaxSet
    if (!has(set.taxes, tax)) continue
    if (isOnNet(set, other)) {
      isShared = true
      sum += set.amounts[tax] as number
    } else isElsewhere = true
  }
  if (!isShared || check.isByLine) return sum
  if (!isElsewhere) return taxAmount
  check.shares ??= new Map()
  const key = tax * check.groups.length + other
  let share = check.shares.get(key)
  if (share === undefined) {
    const shared = sets.filter((set) => has(set.taxes, tax) && isOnNet(set, other))
    share = rounded(exactTaxOfSets(tax, shared, check), { mode: 'halfUp', step: 1 })
    check.shares.set(key, share)
  }
  return share
}

/**
 * How far off that share may be: 0 if the tax is on no other lines; otherwise one step for each line, and on top the tax
 * on the discounts that name no taxes.
 */
function toleranceOnLines(tax: number, other: number, check: TaxCheck): number {
  const { groups, sets, how, lowering, raising, isByLine } = check
  if (isByLine) return 0
  let lines = 0
  let isElsewhere = false
  for (let s = 0; s < sets.length; s++) {
    const set = sets[s] as TaxSet
    if (!has(set.taxes, tax)) continue
    if (isOnNet(set, other)) lines += set.lineCount
    else isElsewhere = true
  }
  if (lines === 0 || !isElsewhere) return 0
  // Where tax is included, a discount takes less from the base than it is.
  if (check.isInclusive) return lines * how.step
  const taxOnDiscount = roundedShare(Math.max(lowering, -raising), (groups[tax] as TaxGroup).rate, RATE_ONE, ROUND_UP)
  return lines * how.step + taxOnDiscount
}

const ROUND_UP = { mode: 'up', step: 1 } as const

/** Whether the lines of a set carry the tax, on their net amounts. */
function isOnNet(set: TaxSet, tax: number): boolean {
  return has(set.taxes, tax) && !has(set.onParts, tax)
}

function netOf(tax: number, sets: readonly TaxSet[]): number {
  let net = 0
  for (let s = 0; s < sets.length; s++) {
    const set = sets[s] as TaxSet
    if (has(set.taxes, tax)) net += has(set.onParts, tax) ? (set.partSums?.[tax] ?? 0) : set.net - set.discount
  }
  return net
}

/** The net amounts of the lines with a tax before they were rounded, less the discounts that name the tax. */
function exactNetOf(tax: number, sets: readonly TaxSet[]): bigint {
  let net = 0n
  for (const set of sets) {
    if (has(set.onParts, tax)) net += BigInt(set.partSums?.[tax] ?? 0) * EXACT_ONE
    else if (has(set.taxes, tax)) net += set.exactNet - BigInt(set.discount) * EXACT_ONE
  }
  return snapped(net)
}
