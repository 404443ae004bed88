import type { JudgedInvoice } from './judged.ts'
import { TotalsSchema } from './schema/totals.ts'
import type { Report } from './violation.ts'

const TOTALS = Object.keys(TotalsSchema.properties) as (keyof JudgedInvoice['totals'])[]

/**
 * Which way money goes, by document type (as retail transactions of ARTS POSLog do):
 *
 * | type | payable | change | lines |
 * |---|---|---|---|
 * | `sale` | >= 0 | >= 0 | either sign (deposits and goods taken back lower a sale) |
 * | `return` | <= 0 | >= 0 | either sign (a fee lowers a return) |
 * | `exchange` | any | >= 0 | either sign |
 * | `void` | any: the opposite of what it takes back | any | either sign |
 * | `cancelled` | all totals 0 | 0 | what was given up; discounts and taxes too |
 * | `noSale`, `skipped` | all totals 0 | 0 | none, nor discounts, taxes or tenders |
 *
 * Tenders have either sign, because a means of payment can be taken back; change is given only on money tendered.
 */
export function checkSigns({ documentType, totals }: JudgedInvoice, report: Report): void {
  const { payable, tendered, change } = totals
  if (documentType === 'sale' && payable < 0) report('payable-sign', '/totals/payable')
  if (documentType === 'return' && payable > 0) report('payable-sign', '/totals/payable')
  if (change < 0 && documentType !== 'void') report('change-sign', '/totals/change')
  else if (change !== 0 && Math.sign(tendered) !== Math.sign(change)) report('change-without-tender', '/totals/change')
}

/** Documents that settle no money (`cancelled`, `noSale`, `skipped`) agree with the table of `checkSigns`. */
export function checkUnsettled(invoice: JudgedInvoice, report: Report): void {
  const { documentType, totals } = invoice
  if (documentType !== 'cancelled' && documentType !== 'noSale' && documentType !== 'skipped') return
  for (const name of TOTALS) if ((totals[name] ?? 0) !== 0) report('unsettled-money', `/totals/${name}`, 0)
  if (documentType === 'cancelled') return
  for (const name of ['lines', 'discounts', 'taxes', 'tenders'] as const)
    if (invoice[name].length > 0) report('unsettled-money', `/${name}`)
}
