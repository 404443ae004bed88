import type { WarningCode } from './rules/catalogue.ts'
import { dayOf, timestampOf } from './rules/dates.ts'
import type { Invoice, Line } from './schema.ts'
import type { Report } from './violation.ts'

/** The dates and times of the document exist: no 30 February, no 24:00, no offset of 25 hours. */
export function checkTimes({ occurredAt, startedAt }: Pick<Invoice, 'occurredAt' | 'startedAt'>, report: Report): void {
  if (timestampOf(occurredAt) === undefined) report('timestamp-not-real', '/occurredAt')
  if (startedAt !== undefined && timestampOf(startedAt) === undefined) report('timestamp-not-real', '/startedAt')
}

/** The days that a document names exist. */
export function checkDays({ businessDate, delivery, references }: Invoice, report: Report): void {
  if (dayOf(businessDate) === undefined) report('date-not-real', '/businessDate')
  if (delivery?.date !== undefined && dayOf(delivery.date) === undefined) report('date-not-real', '/delivery/date')
  for (let i = 0; i < references.length; i++) {
    const date = references[i]?.businessDate
    if (date !== undefined && dayOf(date) === undefined) report('date-not-real', `/references/${i}/businessDate`)
  }
}

/** `checkDays` for the sale that the returned goods of a line come from. */
export function checkReturnDay({ returnOf }: Line, index: number, report: Report): void {
  if (returnOf?.businessDate !== undefined && dayOf(returnOf.businessDate) === undefined)
    report('date-not-real', `/lines/${index}/returnOf/businessDate`)
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/**
 * Signs of a wrong clock. They never refuse an invoice: the sale has happened. A document with `flags.offline` or
 * `flags.handwritten` may be old, so it is not called late.
 */
export function clockWarnings(invoice: Invoice, receivedAt: Date): WarningCode[] {
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
