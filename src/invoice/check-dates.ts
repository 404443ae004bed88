import type { JudgedInvoice } from './judged.ts'
import type { WarningCode } from './rules/catalogue.ts'
import { dayOf, timestampOf } from './rules/dates.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/**
 * Signs of a wrong clock. They never refuse an invoice: the sale has happened. A document with `flags.offline` or
 * `flags.handwritten` may be old, so it is not called late.
 */
export function clockWarnings(invoice: JudgedInvoice, receivedAt: Date): WarningCode[] {
  const warnings: WarningCode[] = []
  const { businessDate, startedAt, flags } = invoice
  const occurred = timestampOf(invoice.occurredAt)
  const day = dayOf(businessDate)
  if (occurred === undefined || day === undefined) return warnings
  const ageMs = receivedAt.getTime() - occurred.epochMs
  if (ageMs < -15 * MINUTE_MS) warnings.push('occurred-in-future')
  if (ageMs > 90 * DAY_MS && flags?.offline !== true && flags?.handwritten !== true) warnings.push('occurred-long-ago')
  if (Math.abs(day - occurred.localDay) > 3) warnings.push('business-date-far-off')
  const started = startedAt === undefined ? undefined : timestampOf(startedAt)
  if (started !== undefined && started.epochMs > occurred.epochMs) warnings.push('started-after-occurred')
  return warnings
}
