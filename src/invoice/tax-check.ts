import { type HowRounded, taxesRounded } from './how-rounded.ts'
import type { JudgedInvoice, JudgedTax } from './judged.ts'
import type { Fraction } from './rules/exact-tax.ts'
import { rateUnits } from './rules/money.ts'
import type { Report } from './violation.ts'

/** What the checks of one invoice's taxes share: what it declares, and what its lines say. */
export interface TaxCheck {
  readonly invoice: JudgedInvoice
  readonly report: Report
  /** How taxes are rounded. */
  readonly how: HowRounded
  readonly isInclusive: boolean
  /** Whether the taxes of the document are the sums of the line taxes: `taxRounding` is `line` or `unit`. */
  readonly isByLine: boolean
  readonly isUnrounded: boolean
  /** The taxes of the document: at most 32, because a set of them is the bits of one number. */
  readonly groups: readonly TaxGroup[]
  /** The lines by their taxes. */
  readonly sets: TaxSet[]
  /** The document discounts that name no taxes: sum of those above 0, and sum of those below (surcharges, returns). */
  lowering: number
  raising: number
  /** Exact shares of taxes on the lines of other taxes that were asked for: see `taxableAmountOf`. */
  shares: Map<number, number> | undefined
}

/** A tax of the document, as the checks need it. */
export interface TaxGroup {
  /** In hundred-millionths. */
  readonly rate: number
  /** The taxes whose amounts its base includes, one bit for each index. All are listed before it. */
  readonly includes: number
  /** Number of the lines that carry it, and the sum of their tax. */
  lineCount: number
  lineTax: number
  /** Its sets: `only` is defined if there is one. */
  setCount: number
  only: TaxSet | undefined
}

/** An exact amount, also in units of `EXACT_ONE`, so that sums need no common denominator. */
export interface ExactTax {
  readonly fraction: Fraction
  readonly units: bigint
}

/** The lines that carry the same taxes, and the document discounts that name just these taxes. */
export interface TaxSet {
  /** One bit for the index of each tax. */
  readonly taxes: number
  /** Of these, the taxes that are charged on parts of these lines: they have a base of their own. */
  readonly onParts: number
  /** 1 and all rates, in hundred-millionths: what included tax is divided by. */
  readonly divisor: number
  /** Whether every tax is a share of the net amount, and of nothing else. */
  isPlain: boolean
  /** Sum of netAmount. */
  net: number
  /** Sum of the document discounts that name just these taxes. */
  discount: number
  lineCount: number
  /** Sums of the line taxes, by index of the tax. */
  readonly amounts: number[]
  /** Sums of these parts, by index of the tax. */
  partSums: number[] | undefined
  /** Sums of quantity x amountPerUnit, by index of the tax, in units of `EXACT_ONE`. */
  perUnit: bigint[] | undefined
  /** Sum of the net amounts before they were rounded, in units of `EXACT_ONE`. Only with `taxRounding: unrounded`. */
  exactNet: bigint
  /** The exact taxes of `net - discount`, by index of the tax, once they were asked for. */
  exact: readonly (ExactTax | undefined)[] | undefined
}

/** Whether a set of taxes has the one with this index. */
export const has = (bits: number, at: number): boolean => ((bits >>> at) & 1) === 1

/** Whether discounts name no taxes, so that only the till knows how they were spread. */
export const hasOpenDiscounts = ({ lowering, raising }: TaxCheck): boolean => lowering !== 0 || raising !== 0

/** The start of a check: no line was added yet. */
export function taxCheckOf(invoice: JudgedInvoice, report: Report): TaxCheck {
  const { taxMode, taxRounding, taxes } = invoice
  const groups = new Array<TaxGroup>(taxes.length)
  for (let i = 0; i < taxes.length; i++) {
    const tax = taxes[i] as JudgedTax
    const includes = tax.baseIncludes === undefined ? 0 : includedBy(tax.baseIncludes, taxes, i)
    groups[i] = { rate: rateUnits(tax.rate), includes, lineCount: 0, lineTax: 0, setCount: 0, only: undefined }
  }
  return {
    invoice,
    report,
    how: taxesRounded(invoice),
    isInclusive: taxMode === 'inclusive',
    isByLine: taxRounding === 'line' || taxRounding === 'unit',
    isUnrounded: taxRounding === 'unrounded',
    groups,
    sets: [],
    lowering: 0,
    raising: 0,
    shares: undefined,
  }
}

/** The taxes before this one that have one of the codes. */
function includedBy(codes: readonly string[], taxes: readonly JudgedTax[], index: number): number {
  let bits = 0
  for (let i = 0; i < index; i++) if (codes.includes((taxes[i] as JudgedTax).taxCode)) bits |= 1 << i
  return bits
}
