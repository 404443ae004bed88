import { exponentOf } from './rules/currency.ts'
import { roundedProduct } from './rules/money.ts'
import type { Invoice } from './schema.ts'
import type { Report } from './violation.ts'

const TO_ONE = { mode: 'halfUp', step: 1 } as const

type Tender = Invoice['tenders'][number]

/**
 * Foreign cash: `amount = round(foreign.amount x rate x 10^(exponent - foreign.exponent))`, +-1 minor unit (or one step
 * of `roundingSteps.cash`) in every rounding mode, because tills round the conversion in favour of either side.
 */
export function checkForeignTenders({ tenders, currency, roundingSteps }: Invoice, report: Report): void {
  const step = roundingSteps?.cash ?? 1
  for (let i = 0; i < tenders.length; i++) {
    const { amount, foreign } = tenders[i] as Tender
    if (foreign === undefined) continue
    const shift = currency.exponent - foreign.exponent
    const expected = roundedProduct(String(foreign.amount), foreign.rate, '1', shift, TO_ONE)
    if (Math.abs(amount - expected) > step) report('foreign-amount', `/tenders/${i}/amount`, expected)
  }
}

/** Every currency is in ISO 4217 and has the exponent given there. */
export function checkCurrencies({ currency, tenders }: Invoice, report: Report): void {
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
