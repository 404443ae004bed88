import type { JudgedInvoice, JudgedTax } from './judged.ts'
import { has, type TaxCheck, type TaxSet } from './tax-check.ts'
import { fromTo } from './violation.ts'

/**
 * Discounts that name no taxes may be spread over the lines in any way, but they do not vanish or grow: what the groups
 * are short of adds up to them, within the slack of the bases. Taxes that are always on the same lines are short of the
 * same; lines without tax may take a part as large as they are. Where taxes share only some lines, what their lines are
 * short of in all is between the largest and the sum of what they are short of. Not checked if a tax has a base of its own
 * on some lines, nor where taxes share only some lines and the discounts have both signs.
 */
export function checkDiscountSpread(short: readonly number[], slack: number, check: TaxCheck): void {
  const { invoice, lowering, raising } = check
  const sets = check.sets.filter(({ lineCount }) => lineCount > 0)
  if (sets.some(({ onParts }) => onParts !== 0)) return
  let least = untaxed(invoice, raising)
  let most = untaxed(invoice, lowering)
  let isTold = slack === 0
  let shared = 0
  for (const set of sets) {
    if (set.taxes === 0) continue
    if (sets.some((other) => other !== set && (other.taxes & set.taxes) !== 0)) {
      shared |= set.taxes
      continue
    }
    const share = checkSameShare(set, short, slack, check)
    least += share
    most += share
    if (countOf(set.taxes) > 1) isTold = false
  }
  if (shared !== 0) {
    if (lowering !== 0 && raising !== 0) return
    const shares = short.filter((_, i) => has(shared, i))
    const sum = shares.reduce((total, share) => total + share, 0)
    least += lowering === 0 ? sum : Math.max(...shares)
    most += lowering === 0 ? Math.min(...shares) : sum
    isTold = false
  }
  const open = lowering + raising
  if (open >= least - slack && open <= most + slack) return
  let bases = -open
  for (const { taxableAmount } of invoice.taxes) bases += taxableAmount
  check.report('discount-spread', '/taxes', isTold ? fromTo(bases + least, bases + most) : undefined)
}

/** The most that lines without tax can take of a discount: those that have its sign. Of a surcharge, all. */
function untaxed({ lines }: JudgedInvoice, discount: number): number {
  const sign = Math.sign(discount)
  const isSurcharge = sign * lines.reduce((sum, { netAmount }) => sum + netAmount, 0) < 0
  let net = 0
  for (const { taxes, netAmount } of lines) {
    if (taxes.length > 0) continue
    if (isSurcharge && sign * netAmount < 0) return discount
    net += Math.max(0, sign * netAmount)
  }
  return sign * net
}

/** What the lines of a set are short of, told by its first tax; the others have to agree. */
function checkSameShare(set: TaxSet, short: readonly number[], slack: number, { invoice, report }: TaxCheck): number {
  let share: number | undefined
  for (let i = 0; i < short.length; i++) {
    if (!has(set.taxes, i)) continue
    const own = short[i] as number
    share ??= own
    if (Math.abs(own - share) > slack) {
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
