import type { Invoice } from '../../src/invoice/schema.ts'
import { invoiceOf, type Receipt } from './receipt.ts'

/** A receipt as tills print it somewhere, and whether the gateway takes it. */
export interface WorldCase {
  /** Unique. It begins with the country. */
  readonly name: string
  readonly what: string
  /** The law, the authority's guide or the bug report that it comes from; `owner/repository#1` is one on GitHub. */
  readonly source: string
  readonly receipt: Receipt
  /** If it is wrong: every violation, with what would be right. */
  readonly refused?: readonly Refusal[]
}

/** One violation, as the answer has it. `expected` is absent where no value would be right. */
export interface Refusal {
  readonly pointer: string
  readonly code: string
  readonly expected?: number | string
}

/** ISO 3166 code of the country, in capitals. */
export function countryOf({ name }: Pick<WorldCase, 'name'>): string {
  return name.slice(0, 2).toUpperCase()
}

/** The invoice that is sent. */
export function invoiceOfCase(worldCase: WorldCase): Invoice {
  return invoiceOf(worldCase.name, countryOf(worldCase), worldCase.receipt)
}

/** What the invoice declares about its arithmetic: the names of the members, each once. */
export function declaredBy(invoice: Invoice): string[] {
  const { taxRounding, roundingMode, taxRoundingMode, roundingSteps, lines, taxes, discounts, totals, tenders } =
    invoice
  const names: string[] = [`taxRounding ${taxRounding}`]
  if (roundingMode !== undefined) names.push(`roundingMode ${roundingMode}`)
  if (taxRoundingMode !== undefined) names.push(`taxRoundingMode ${taxRoundingMode}`)
  for (const [name, step] of Object.entries(roundingSteps ?? {})) names.push(`roundingSteps.${name} ${step}`)
  const lineTaxes = lines.flatMap((line) => line.taxes)
  if (lineTaxes.some(({ taxableAmount }) => taxableAmount !== undefined)) names.push('taxableAmount of a line')
  if (lineTaxes.some(({ amountPerUnit }) => amountPerUnit !== undefined)) names.push('amountPerUnit')
  if (taxes.some(({ baseIncludes }) => baseIncludes !== undefined)) names.push('baseIncludes')
  if (discounts.some((discount) => discount.taxes !== undefined)) names.push('discount for a tax')
  if (lines.some(({ priceBase }) => priceBase !== undefined)) names.push('priceBase')
  if (tenders.some(({ foreign }) => foreign !== undefined)) names.push('foreign')
  if (totals.forfeited !== undefined) names.push('forfeited')
  return names
}
