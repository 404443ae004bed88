import type { JudgedInvoice, JudgedTax } from './judged.ts'
import { has, type TaxCheck, type TaxSet } from './tax-check.ts'
import { fromTo } from './violation.ts'

/**
 * Discounts that name no taxes may be spread over the lines in any way, but they do not vanish or grow: what the groups
 * are short of adds up to them. Taxes that are always on the same lines are short of the same; lines without tax may
 * take a part as large as they are. Where taxes share only some lines, what their lines are short of in all is between
 * the largest and the sum of what they are short of. Not checked if a tax has a base of its own on some lines.
 */
export function checkDiscountSpread(short: readonly number[], check: TaxCheck): void {
  const { invoice, unattributed } = check
  const sets = check.sets.filter(({ lineCount }) => lineCount > 0)
  if (sets.some(({ onParts }) => onParts !== 0)) return
  const sign = Math.sign(unattributed)
  let least = 0
  let most = untaxed(invoice, sign)
  let isTold = true
  let shared = 0
  for (const set of sets) {
    if (set.taxes === 0) continue
    if (sets.some((other) => other !== set && (other.taxes & set.taxes) !== 0)) {
      shared |= set.taxes
      continue
    }
    const share = checkSameShare(set, short, check)
    least += sign * share
    most += sign * share
    if (countOf(set.taxes) > 1) isTold = false
  }
  if (shared !== 0) {
    const shares = short.filter((_, i) => has(shared, i)).map((share) => sign * share)
    least += Math.max(...shares)
    most += shares.reduce((sum, share) => sum + share, 0)
    isTold = false
  }
  if (sign * unattributed >= least && sign * unattributed <= most) return
  let bases = sign * (most - sign * unattributed)
  for (const { taxableAmount } of invoice.taxes) bases += taxableAmount
  const rest = sign * (most - least)
  const expected = fromTo(Math.min(bases, bases - rest), Math.max(bases, bases - rest))
  check.report('discount-spread', '/taxes', isTold ? expected : undefined)
}

/** The most that lines without tax can take of a discount: those that have its sign. */
function untaxed({ lines }: JudgedInvoice, sign: number): number {
  let net = 0
  for (const { taxes, netAmount } of lines) if (taxes.length === 0) net += Math.max(0, sign * netAmount)
  return net
}

/** What the lines of a set are short of, told by its first tax; the others have to agree. */
function checkSameShare(set: TaxSet, short: readonly number[], { invoice, report }: TaxCheck): number {
  let share: number | undefined
  for (let i = 0; i < short.length; i++) {
    if (!has(set.taxes, i)) continue
    const own = short[i] as number
    share ??= own
    if (own !== share) {
      const { taxableAmount } = invoice.taxes[i] as JudgedTax
      report('tax-group-base', `/taxes/${i}/taxableAmount`, taxableAmount + own - share)
    }
  }
  return share ?? 0
}

function countOf(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}
