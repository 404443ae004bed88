import type { JudgedInvoice } from './judged.ts'
import { exponentOf } from './rules/currency.ts'
import { roundedProduct } from './rules/money.ts'
import { fromTo, type Report } from './violation.ts'

const TO_ONE = { mode: 'halfUp', step: 1 } as const

type Tender = JudgedInvoice['tenders'][number]

/**
 * Foreign cash: `amount = round(foreign.amount x rate x 10^(exponent - foreign.exponent))`, +-1 minor unit (or one step
 * of `roundingSteps.cash`) in every rounding mode, because tills round the conversion in favour of either side.
 */
export function checkForeignTenders({ tenders, currency, roundingSteps }: JudgedInvoice, report: Report): void {
  const step = roundingSteps?.cash ?? 1
  for (let i = 0; i < tenders.length; i++) {
    const { amount, foreign } = tenders[i] as Tender
    if (foreign === undefined) continue
    const shift = currency.exponent - foreign.exponent
    const expected = roundedProduct(String(foreign.amount), foreign.rate, '1', shift, TO_ONE)
    if (Math.abs(amount - expected) > step) report('foreign-amount', `/tenders/${i}/amount`, expected)
  }
}

/** The tenders that may be worth more than is due without any change: not money. */
const FORFEITING: ReadonlySet<string> = new Set(['voucher', 'giftCard', 'loyalty', 'other'])

/** What is forfeited is at most what such tenders are worth. Only a void takes it back. */
export function checkForfeited({ documentType, totals, tenders }: JudgedInvoice, report: Report): void {
  const { forfeited } = totals
  if (forfeited === undefined) return
  let worth = 0
  for (const { type, amount } of tenders) if (FORFEITING.has(type)) worth += amount
  const low = documentType === 'void' ? Math.min(0, worth) : 0
  const high = Math.max(0, worth)
  if (forfeited < low || forfeited > high) report('forfeited-bound', '/totals/forfeited', fromTo(low, high))
}

/** Every currency is in ISO 4217 and has the exponent given there. */
export function checkCurrencies({ currency, tenders }: JudgedInvoice, report: Report): void {
  checkCurrency(currency.code, currency.exponent, '/currency', 'code', report)
  for (let i = 0; i < tenders.length; i++) {
    const { foreign } = tenders[i] as Tender
    if (foreign) checkCurrency(foreign.currency, foreign.exponent, `/tenders/${i}/foreign`, 'currency', report)
  }
}

function checkCurrency(code: string, exponent: number, pointer: string, member: string, report: Report): void {
  const expected = exponentOf(code)
  if (expected === undefined) report('currency-unknown', `${pointer}/${member}`)
  else if (expected !== exponent) report('currency-exponent', `${pointer}/exponent`, expected)
}
