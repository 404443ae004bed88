import type { JudgedInvoice, JudgedLine, JudgedTax } from './judged.ts'
import { EXACT_ONE, exactProduct, isZero, RATE_ONE, rateUnits } from './rules/money.ts'
import { has, type TaxCheck, type TaxGroup, type TaxSet } from './tax-check.ts'

type TaxKey = Pick<JudgedTax, 'taxCode' | 'category' | 'rate'>

/** Index of the first tax with this code, category and rate (as a number), or -1. */
export function indexOfTax(taxes: readonly TaxKey[], key: TaxKey): number {
  for (let i = 0; i < taxes.length; i++) {
    const tax = taxes[i] as TaxKey
    if (tax.taxCode === key.taxCode && tax.category === key.category && isSameRate(tax.rate, key.rate)) return i
  }
  return -1
}

function isSameRate(a: string, b: string): boolean {
  return a === b || rateUnits(a) === rateUnits(b)
}

/**
 * Adds a line to the set of its taxes. The first places of `found` get the indexes of these in the document, in the
 * order of the line; -1 for one that is reported, because the document does not list it or the line carries it twice.
 */
export function addLine(line: JudgedLine, index: number, found: number[], check: TaxCheck): TaxSet {
  const { invoice, report } = check
  let bits = 0
  let onParts = 0
  for (let k = 0; k < line.taxes.length; k++) {
    const tax = line.taxes[k] as JudgedLine['taxes'][number]
    const at = indexOfTax(invoice.taxes, tax)
    const isTwice = at !== -1 && has(bits, at)
    found[k] = isTwice ? -1 : at
    if (at === -1) report('tax-group-missing', `/lines/${index}/taxes/${k}`)
    else if (isTwice) report('line-tax-duplicate', `/lines/${index}/taxes/${k}`)
    else {
      bits |= 1 << at
      if (tax.taxableAmount !== undefined) onParts |= 1 << at
    }
  }
  const set = setOf(bits, onParts, check)
  if (check.isUnrounded) set.exactNet += exactNetOf(line)
  set.net += line.netAmount
  set.lineCount++
  for (let k = 0; k < line.taxes.length; k++) addTax(line, k, found[k] as number, set)
  return set
}

function addTax(line: JudgedLine, k: number, at: number, set: TaxSet): void {
  if (at === -1) return
  const { amount, taxableAmount, amountPerUnit } = line.taxes[k] as JudgedLine['taxes'][number]
  set.amounts[at] = (set.amounts[at] as number) + amount
  if (taxableAmount !== undefined) {
    set.partSums ??= []
    set.partSums[at] = (set.partSums[at] ?? 0) + taxableAmount
  }
  if (amountPerUnit !== undefined) {
    set.isPlain = false
    set.perUnit ??= []
    set.perUnit[at] = (set.perUnit[at] ?? 0n) + perUnitOf(line, amountPerUnit)
  }
}

function setOf(taxes: number, onParts: number, { groups, sets }: TaxCheck): TaxSet {
  for (let i = 0; i < sets.length; i++) {
    const set = sets[i] as TaxSet
    if (set.taxes === taxes && set.onParts === onParts) return set
  }
  const amounts = new Array<number>(groups.length)
  let divisor = RATE_ONE
  let isPlain = onParts === 0
  for (let i = 0; i < groups.length; i++) {
    amounts[i] = 0
    if (!has(taxes, i)) continue
    const { rate, includes } = groups[i] as TaxGroup
    divisor += rate
    if ((includes & taxes) !== 0) isPlain = false
  }
  const set: TaxSet = {
    taxes,
    onParts,
    divisor,
    isPlain,
    net: 0,
    discount: 0,
    lineCount: 0,
    amounts,
    partSums: undefined,
    perUnit: undefined,
    exactNet: 0n,
    exact: undefined,
  }
  sets.push(set)
  return set
}

/**
 * Adds the discounts that name taxes to their sets. Reports those that name taxes which the document does not list or no
 * line carries together.
 */
export function addDiscounts(check: TaxCheck): void {
  const { discounts, taxes } = check.invoice
  for (let i = 0; i < discounts.length; i++) {
    const { amount, taxes: keys } = discounts[i] as JudgedInvoice['discounts'][number]
    if (keys === undefined) {
      addOpenDiscount(amount, check)
      continue
    }
    const found = keys.map((key) => indexOfTax(taxes, key))
    if (found.includes(-1)) {
      check.report('tax-group-missing', `/discounts/${i}/taxes/${found.indexOf(-1)}`)
      addOpenDiscount(amount, check)
      continue
    }
    let bits = 0
    for (const at of found) bits |= 1 << at
    const isCarried = (set: TaxSet) => set.lineCount > 0 && (set.taxes & bits) === bits
    if (!check.sets.some((set) => isCarried(set) && (bits !== 0 || set.taxes === 0)))
      check.report('discount-taxes', `/discounts/${i}/taxes`)
    setOf(bits, 0, check).discount += amount
  }
}

function addOpenDiscount(amount: number, check: TaxCheck): void {
  if (amount > 0) check.lowering += amount
  else check.raising += amount
}

/** quantity x amountPerUnit in units of `EXACT_ONE`, with the sign of the line. */
export function perUnitOf(line: JudgedLine, amountPerUnit: string): bigint {
  const product = exactProduct(line.quantity, amountPerUnit, '1')
  const isNegative = line.quantity.startsWith('-')
  const sign = Math.sign(line.grossAmount)
  return sign === 0 || sign === (isNegative ? -1 : 1) ? product : -product
}

/** The net amount of a line before it was rounded, in units of `EXACT_ONE`. */
export function exactNetOf(line: JudgedLine): bigint {
  let discount = 0
  for (const { amount } of line.discounts) discount += amount
  const base = line.priceBase === undefined || isZero(line.priceBase) ? '1' : line.priceBase
  return exactProduct(line.quantity, line.unitPrice, base) - BigInt(discount) * EXACT_ONE
}

/** Sums the sets by tax, once all lines and discounts were added. */
export function sumSets({ groups, sets }: TaxCheck): void {
  for (let s = 0; s < sets.length; s++) {
    const set = sets[s] as TaxSet
    for (let i = 0; i < groups.length; i++) {
      if (!has(set.taxes, i)) continue
      const group = groups[i] as TaxGroup
      group.lineCount += set.lineCount
      group.lineTax += set.amounts[i] as number
      group.only = group.setCount === 0 ? set : undefined
      group.setCount++
    }
  }
}
