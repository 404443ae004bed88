import * as fc from 'fast-check'
import type { Invoice, Line, Tax } from '../../src/invoice/schema.ts'
import { type Fraction, fraction, round } from '../../src/tools/simulate/fraction.ts'
import { documentOver } from './plain-sale.ts'

/*
 * A till that declares what it does. Its arithmetic is written from the contract, in fractions, and uses nothing of
 * `src/invoice/`.
 */

interface Charge {
  readonly taxCode: string
  readonly rate: string
  readonly includes: readonly string[]
}

/** The taxes of a country, in the order of the document, and the sets of them that items carry. */
interface Regime {
  readonly charges: readonly Charge[]
  readonly sets: readonly (readonly string[])[]
}

const charge = (taxCode: string, rate: string, ...includes: string[]): Charge => ({ taxCode, rate, includes })

const REGIMES: readonly Regime[] = [
  { charges: [charge('A', '0.19'), charge('B', '0.07')], sets: [['A'], ['B'], []] },
  { charges: [charge('GST', '0.05'), charge('PST', '0.07')], sets: [['GST', 'PST'], ['GST']] },
  { charges: [charge('IEPS', '0.08'), charge('IVA', '0.16', 'IEPS')], sets: [['IEPS', 'IVA'], ['IVA']] },
  {
    charges: [charge('IEPS', '0.08'), charge('IVA', '0.16', 'IEPS'), charge('IVA-0', '0', 'IEPS')],
    sets: [['IEPS', 'IVA'], ['IEPS', 'IVA-0'], ['IVA']],
  },
  {
    charges: [charge('NHIL', '0.025'), charge('GETFUND', '0.025'), charge('VAT', '0.15', 'NHIL', 'GETFUND')],
    sets: [['NHIL', 'GETFUND', 'VAT'], []],
  },
  { charges: [charge('RECUPEL', '0'), charge('VAT', '0.21', 'RECUPEL')], sets: [['RECUPEL', 'VAT'], ['VAT']] },
]

export interface TillPlan {
  readonly regime: Regime
  readonly taxMode: Invoice['taxMode']
  readonly taxRounding: Invoice['taxRounding']
  readonly roundingMode: NonNullable<Invoice['roundingMode']>
  readonly taxRoundingMode: NonNullable<Invoice['roundingMode']>
  readonly declaresMode: boolean
  readonly steps: { readonly lines: number; readonly taxes: number }
  readonly items: readonly PlannedItem[]
  readonly discount: 'none' | 'named' | 'surcharge' | 'open' | 'openBoth'
  readonly hasVoucher: boolean
}

interface PlannedItem {
  readonly set: number
  readonly quantity: string
  readonly unitPrice: string
  readonly discountPercent: number
  /** Of the gross amount, for the last tax of the item; undefined: the whole line. */
  readonly ownBasePercent: number | undefined
  /** For the first tax. */
  readonly amountPerUnit: string | undefined
}

const MODES = ['halfUp', 'halfEven', 'halfDown', 'up', 'down'] as const
const item: fc.Arbitrary<PlannedItem> = fc.record({
  set: fc.nat({ max: 2 }),
  quantity: fc.constantFrom('1', '1', '2', '7', '30', '0.482', '-1', '1.000'),
  unitPrice: fc.oneof(
    fc.integer({ min: 100, max: 99_999 }).map(String),
    fc.integer({ min: 100, max: 99_999 }).map((n) => `${n}.${n % 100}5`),
  ),
  discountPercent: fc.constantFrom(0, 0, 0, 10, 33),
  ownBasePercent: fc.constantFrom(undefined, undefined, undefined, 0, 40),
  amountPerUnit: fc.constantFrom(undefined, undefined, '28.93', '5'),
})

/** Plans of everything that can be declared, together. */
export const tillPlan: fc.Arbitrary<TillPlan> = fc.record({
  regime: fc.constantFrom(...REGIMES),
  taxMode: fc.constantFrom('exclusive', 'inclusive'),
  taxRounding: fc.constantFrom('line', 'unit', 'document', 'unrounded'),
  roundingMode: fc.constantFrom(...MODES),
  taxRoundingMode: fc.constantFrom(...MODES),
  declaresMode: fc.boolean(),
  steps: fc.constantFrom({ lines: 1, taxes: 1 }, { lines: 5, taxes: 1 }, { lines: 100, taxes: 100 }),
  items: fc.array(item, { minLength: 1, maxLength: 6 }),
  discount: fc.constantFrom('none', 'none', 'named', 'surcharge', 'open', 'openBoth'),
  hasVoucher: fc.boolean(),
})

const add = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * d + c * b, b * d]
const multiply = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * c, b * d]
const subtract = (a: Fraction, [c, d]: Fraction): Fraction => add(a, [-c, d])
/** For a positive divisor. */
const divide = (a: Fraction, [c, d]: Fraction): Fraction => multiply(a, [d, c])
const integer = (n: number): Fraction => [BigInt(n), 1n]
const total = (amounts: readonly number[]) => amounts.reduce((a, b) => a + b, 0)
const totalOf = (amounts: readonly Fraction[]) => amounts.reduce(add, integer(0))

/** What is taxed together: a line, one unit of it, or all lines of a set. */
interface Taxed {
  readonly net: Fraction
  readonly codes: readonly string[]
  readonly own: ReadonlyMap<string, Fraction>
  readonly fixed: ReadonlyMap<string, Fraction>
}

interface RungUp {
  readonly line: Line
  /** Before it was rounded, less its discounts. */
  readonly exact: Fraction
  readonly codes: readonly string[]
  readonly own: ReadonlyMap<string, Fraction>
  readonly fixed: ReadonlyMap<string, Fraction>
  /** Its part of the document discount. */
  share: number
}

/** Rings up a plan as a correct invoice. */
export function ringUpDeclared(plan: TillPlan): Invoice {
  const { regime, taxMode, taxRounding, steps } = plan
  const isInclusive = taxMode === 'inclusive'
  const toLines = (amount: Fraction) => rounded(amount, plan.roundingMode, steps.lines)
  const toTaxes = (amount: Fraction) => rounded(amount, plan.taxRoundingMode, steps.taxes)
  const rung = plan.items.map((planned, i) => ringUpLine(planned, i, plan))
  const discounts = discountsOf(rung, plan)

  const exactOf = (taxed: Taxed) => exactTaxes(taxed, regime, isInclusive)
  const taxed = ({ exact, line, share, codes, own, fixed }: RungUp): Taxed => {
    const net = taxRounding === 'unrounded' ? exact : integer(line.netAmount)
    return { net: subtract(net, integer(share)), codes, own, fixed }
  }
  for (const each of rung) setLineTaxes(each, taxed(each), plan)

  const taxes: Tax[] = []
  const amounts = new Map<string, number>()
  const linesWith = (code: string) => rung.filter(({ codes }) => codes.includes(code))
  const isOnNet = (each: RungUp, code: string) => each.codes.includes(code) && !each.own.has(code)
  const exactOn = (code: string, lines: readonly RungUp[]) =>
    totalOf(lines.map((each) => exactOf(taxed(each)).get(code) ?? integer(0)))
  const onLines = (code: string, lines: readonly RungUp[]) =>
    total(lines.flatMap(({ line }) => line.taxes.filter(({ taxCode }) => taxCode === code).map(({ amount }) => amount)))
  const isByLine = taxRounding === 'line' || taxRounding === 'unit'
  if (isByLine || isInclusive)
    for (const { taxCode } of regime.charges)
      amounts.set(taxCode, isByLine ? onLines(taxCode, rung) : toTaxes(exactOn(taxCode, linesWith(taxCode))))

  /** How much of a tax is on the lines of another. */
  const shared = (code: string, other: string): number => {
    const lines = linesWith(code).filter((each) => isOnNet(each, other))
    if (isByLine) return onLines(code, lines)
    if (lines.length === linesWith(code).length) return amounts.get(code) ?? 0
    return rounded(exactOn(code, lines), 'halfUp', 1)
  }
  for (const { taxCode, rate, includes } of regime.charges) {
    const lines = linesWith(taxCode)
    if (lines.length === 0) continue
    const parts = lines.map((each) => each.own.get(taxCode) ?? taxed(each).net)
    let base = taxRounding === 'unrounded' ? toLines(totalOf(parts)) : total(parts.map(([n, d]) => Number(n / d)))
    let exact = totalOf(parts)
    for (const { taxCode: code } of regime.charges) {
      const sign = (isInclusive ? -1 : 0) + (includes.includes(code) ? 1 : 0)
      base += sign * (sign === 0 ? 0 : shared(code, taxCode))
      exact = add(exact, integer(sign * (sign === 0 ? 0 : shared(code, taxCode))))
    }
    const fixed = totalOf(lines.map((each) => each.fixed.get(taxCode) ?? integer(0)))
    const from = taxRounding === 'unrounded' ? exact : integer(base)
    if (!amounts.has(taxCode)) amounts.set(taxCode, toTaxes(add(multiply(from, fraction(rate)), fixed)))
    taxes.push({
      taxCode,
      rate,
      taxableAmount: base,
      taxAmount: amounts.get(taxCode) ?? 0,
      ...(includes.length > 0 ? { baseIncludes: [...includes] } : {}),
    })
  }

  const lines = rung.map(({ line }) => line)
  const lineNet = taxRounding === 'unrounded' ? toLines(totalOf(rung.map(({ exact }) => exact))) : undefined
  const tax = total(taxes.map(({ taxAmount }) => taxAmount))
  const document = documentOver(lines, { documentType: 'exchange', taxMode, taxRounding, discounts, taxes }, tax)
  if (lineNet !== undefined) correctNet(document, lineNet - document.totals.lineNet)
  if (plan.hasVoucher && document.totals.payable > 0) payByVoucher(document)
  return {
    ...document,
    ...(plan.declaresMode ? { roundingMode: plan.roundingMode, taxRoundingMode: plan.taxRoundingMode } : {}),
    ...(steps.lines > 1 || steps.taxes > 1 ? { currency: { code: 'HUF', exponent: 2 }, roundingSteps: steps } : {}),
  }
}

function rounded([n, d]: Fraction, mode: (typeof MODES)[number], step: number): number {
  return round([n, d * BigInt(step)], mode) * step + 0
}

function ringUpLine(planned: PlannedItem, index: number, plan: TillPlan): RungUp {
  const { quantity, unitPrice, discountPercent, ownBasePercent, amountPerUnit } = planned
  const price = multiply(fraction(quantity), fraction(unitPrice))
  const grossAmount = rounded(price, plan.roundingMode, plan.steps.lines)
  const discount = Math.trunc((grossAmount * discountPercent) / 100) + 0
  const codes = plan.regime.sets[planned.set % plan.regime.sets.length] ?? []
  const own = new Map<string, Fraction>()
  const last = codes.at(-1)
  const mayBePart = plan.discount === 'none' && plan.taxMode === 'exclusive'
  if (mayBePart && ownBasePercent !== undefined && last !== undefined)
    own.set(last, integer(Math.trunc((grossAmount * ownBasePercent) / 100) + 0))
  const fixed = new Map<string, Fraction>()
  const first = codes[0]
  if (amountPerUnit !== undefined && first !== undefined && plan.regime.charges[1]?.includes.length === 1)
    fixed.set(first, multiply(fraction(quantity), fraction(amountPerUnit)))
  const line: Line = {
    lineNumber: index + 1,
    itemCode: `A-${index}`,
    description: 'Thing',
    quantity,
    unitCode: 'H87',
    unitPrice,
    grossAmount,
    netAmount: grossAmount - discount,
    discounts: discount === 0 ? [] : [{ amount: discount }],
    taxes: codes.map((taxCode) => ({
      taxCode,
      rate: plan.regime.charges.find((each) => each.taxCode === taxCode)?.rate ?? '',
      amount: 0,
      ...(own.has(taxCode) ? { taxableAmount: Number(own.get(taxCode)?.[0]) } : {}),
      ...(fixed.has(taxCode) && amountPerUnit !== undefined ? { amountPerUnit } : {}),
    })),
  }
  return { line, exact: subtract(price, integer(discount)), codes, own, fixed, share: 0 }
}

/** A tenth off or on top, named by the taxes of each set, or open, or open and off every other line; each gets its part. */
function discountsOf(
  rung: readonly RungUp[],
  { discount, taxRounding, roundingMode, regime, steps }: TillPlan,
): Invoice['discounts'] {
  const isOpen = discount === 'open' || discount === 'openBoth'
  const isBack = rung.some(({ line }) => line.netAmount < 0)
  // A base that is rounded once tells what was taken from it only where it would be rounded alike before.
  const isLost = taxRounding === 'unrounded' && (steps.lines > 1 || roundingMode === 'halfEven' || isBack)
  if (discount === 'none' || (isOpen && isLost) || (discount === 'openBoth' && isBack)) return []
  // Only off goods that are sold: so a discount has one sign.
  for (const [i, each] of rung.entries()) {
    const part = discount === 'surcharge' || (discount === 'openBoth' && i % 2 === 1) ? -10 : 10
    each.share = each.line.netAmount > 0 ? Math.trunc(each.line.netAmount / part) : 0
  }
  if (isOpen) {
    const shares = rung.map(({ share }) => share)
    return [shares.filter((share) => share > 0), shares.filter((share) => share < 0)]
      .filter((some) => some.length > 0)
      .map((some) => ({ amount: total(some) }))
  }
  return regime.sets.flatMap((codes) => {
    const amount = total(rung.filter((each) => each.codes === codes).map(({ share }) => share))
    if (amount === 0) return []
    const keys = codes.map((taxCode) => ({
      taxCode,
      rate: regime.charges.find((each) => each.taxCode === taxCode)?.rate ?? '',
    }))
    return [{ amount, taxes: keys }]
  })
}

function exactTaxes(taxed: Taxed, regime: Regime, isInclusive: boolean): Map<string, Fraction> {
  const at = (base: Fraction) => {
    const found = new Map<string, Fraction>()
    for (const { taxCode, rate, includes } of regime.charges) {
      if (!taxed.codes.includes(taxCode)) continue
      const included = includes.map((code) => found.get(code) ?? integer(0))
      const on = taxed.own.get(taxCode) ?? add(base, totalOf(included))
      found.set(taxCode, add(multiply(on, fraction(rate)), taxed.fixed.get(taxCode) ?? integer(0)))
    }
    return found
  }
  if (!isInclusive) return at(taxed.net)
  // All taxes together are linear in the base, so two points tell it.
  const constant = totalOf([...at(integer(0)).values()])
  const slope = subtract(totalOf([...at(integer(1)).values()]), constant)
  return at(divide(subtract(taxed.net, constant), add(integer(1), slope)))
}

function setLineTaxes({ line, exact, share, own, fixed }: RungUp, taxed: Taxed, plan: TillPlan): void {
  const [n, d] = fraction(line.quantity)
  const isWhole = plan.taxRounding === 'unit' && n % d === 0n && n !== 0n
  const units = isWhole ? Number(n < 0n ? -n / d : n / d) : 1
  const one = divide(integer(1), integer(units))
  const net = units === 1 ? taxed.net : subtract(exact, integer(share))
  const isInclusive = plan.taxMode === 'inclusive'
  const all = exactTaxes({ ...taxed, net }, plan.regime, isInclusive)
  const told = new Map<string, number>()
  for (const { taxCode, rate, includes } of plan.regime.charges) {
    const tax = line.taxes.find((each) => each.taxCode === taxCode)
    if (tax === undefined) continue
    let amount = all.get(taxCode) as Fraction
    if (!isInclusive) {
      const included = includes.map((code) => integer(told.get(code) ?? 0))
      const base = own.get(taxCode) ?? add(net, totalOf(included))
      amount = add(multiply(base, fraction(rate)), fixed.get(taxCode) ?? integer(0))
    }
    tax.amount = rounded(multiply(amount, one), plan.taxRoundingMode, plan.steps.taxes) * units + 0
    told.set(taxCode, tax.amount)
  }
}

function correctNet({ totals, tenders }: Invoice, by: number): void {
  for (const name of ['lineNet', 'taxExclusive', 'taxInclusive', 'payable', 'tendered'] as const) totals[name] += by
  for (const tender of tenders) tender.amount += by
}

function payByVoucher(document: Invoice): void {
  const { totals } = document
  document.tenders = [{ type: 'voucher', amount: totals.payable + 137 }]
  Object.assign(totals, { tendered: totals.payable + 137, forfeited: 137 })
}
