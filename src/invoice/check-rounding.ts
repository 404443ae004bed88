import type { JudgedInvoice } from './judged.ts'
import { cashUnitOf } from './rules/cash-unit.ts'
import { fromTo, type Report } from './violation.ts'

/** A declared step is at most so many smallest cash units of the currency. */
const MAX_UNITS = 100

/** What cash is rounded to, in minor units: as declared, otherwise the smallest cash unit of the currency. */
export function cashStep({ currency, roundingSteps }: Pick<JudgedInvoice, 'currency' | 'roundingSteps'>): number {
  return roundingSteps?.cash ?? cashUnitOf(currency.code)
}

/**
 * Rounding has bounds:
 *
 * - `totals.rounding` is less than one cash step, up or down
 * - no declared step is more than 100 times the smallest cash unit of the currency
 */
export function checkRounding(invoice: JudgedInvoice, report: Report): void {
  const { currency, roundingSteps, totals } = invoice
  if (totals.rounding === 0 && roundingSteps === undefined) return
  const most = cashStep(invoice) - 1
  if (Math.abs(totals.rounding) > most) report('rounding-bound', '/totals/rounding', fromTo(-most, most))
  if (roundingSteps === undefined) return
  const maxStep = MAX_UNITS * cashUnitOf(currency.code)
  for (const name of ['lines', 'taxes', 'cash'] as const)
    if ((roundingSteps[name] ?? 0) > maxStep) report('rounding-step', `/roundingSteps/${name}`, fromTo(1, maxStep))
}
