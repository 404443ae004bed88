import type { Invoice, Line, Tax } from '../../invoice/schema.ts'
import { fraction, negated, round } from './fraction.ts'
import { pay } from './pay.ts'
import { lineOf, percentOf, spread, sum, taxOf } from './ring-up-line.ts'
import type { SalePlan } from './sale-plan.ts'

/**
 * Rings up a sale as a correct invoice. The arithmetic deliberately does not use `src/invoice/`: it is written from the
 * contract, in BigInt fractions, so that the two check each other.
 */
export function ringUp(plan: SalePlan): Invoice {
  if (plan.documentType === 'void') return takenBack(plan)
  const { documentType, roundingMode: mode } = plan
  const isEmpty = documentType === 'noSale' || documentType === 'skipped'
  const rungUp = isEmpty ? [] : plan.items.map((item, i) => lineOf(item, i, plan))
  const documentTypeIsSettled = !isEmpty && documentType !== 'cancelled'

  const sets = plan.taxSets.map((keys, s) => {
    const lines = rungUp.filter((_, i) => plan.items[i]?.taxSet === s)
    const base = sum(lines.map((line) => line.netAmount))
    const discount = percentOf(base, plan.documentDiscountPercent)
    return { keys, lines, base, discount, rates: keys.map(({ rate }) => fraction(rate)) }
  })
  const untaxed = sum(rungUp.filter((line) => line.taxes.length === 0).map((line) => line.netAmount))
  const untaxedDiscount = percentOf(untaxed, plan.documentDiscountPercent)

  const taxes: Tax[] = []
  for (const { keys, lines, base, discount, rates } of sets) {
    if (lines.length === 0) continue
    const shares = spread(discount, lines)
    const amounts = keys.map((_, k) => {
      if (plan.taxRounding === 'document') return taxOf(base - discount, k, rates, plan)
      return sum(
        lines.map((line, i) => {
          const tax = line.taxes[k] as Line['taxes'][number]
          tax.amount = taxOf(line.netAmount - (shares[i] as number), k, rates, plan)
          return tax.amount
        }),
      )
    })
    const taxableAmount = base - discount - (plan.taxMode === 'inclusive' ? sum(amounts) : 0)
    keys.forEach((key, k) => {
      taxes.push({ ...key, taxableAmount, taxAmount: amounts[k] as number })
    })
  }

  const discounts: Invoice['discounts'] = []
  const all = [...sets.map(({ discount }) => discount), untaxedDiscount]
  const isOneWay = all.every((amount) => amount >= 0) || all.every((amount) => amount <= 0)
  if (plan.attributesDiscount || !isOneWay) {
    for (const { keys, discount } of sets)
      if (discount !== 0) discounts.push({ code: 'STAFF', amount: discount, taxes: [...keys] })
    if (untaxedDiscount !== 0) discounts.push({ code: 'STAFF', amount: untaxedDiscount })
  } else if (sum(all) !== 0) discounts.push({ reason: 'Voucher of the week', amount: sum(all) })

  const lineNet = sum(rungUp.map((line) => line.netAmount))
  const documentDiscount = sum(discounts.map(({ amount }) => amount))
  const tax = sum(taxes.map(({ taxAmount }) => taxAmount))
  const taxInclusive = lineNet - documentDiscount + (plan.taxMode === 'exclusive' ? tax : 0)
  const payable = round([BigInt(taxInclusive), BigInt(plan.cashStep)], 'halfUp') * plan.cashStep
  const { tenders, change } = pay(payable, plan)
  const settled = {
    discounts,
    taxes,
    totals: {
      lineNet,
      documentDiscount,
      taxExclusive: taxInclusive - tax,
      tax,
      taxInclusive,
      rounding: payable - taxInclusive,
      payable,
      tendered: sum(tenders.map(({ amount }) => amount)),
      change,
    },
    tenders,
  }
  const type = documentType === 'sale' && payable < 0 ? 'exchange' : documentType
  return {
    schemaVersion: '1.0',
    documentType: type === 'return' && payable > 0 ? 'exchange' : type,
    storeId: plan.storeId,
    terminalId: plan.terminalId,
    journalId: plan.journalId,
    sequenceNumber: plan.sequenceNumber,
    receiptNumber: `${plan.terminalId}-${plan.sequenceNumber}`,
    businessDate: plan.occurredAt.slice(0, 10),
    occurredAt: plan.occurredAt,
    cashier: { id: '0417' },
    currency: plan.currency,
    taxMode: plan.taxMode,
    taxRounding: plan.taxRounding,
    ...(plan.declaresRounding ? { roundingMode: mode } : {}),
    ...(plan.cashStep > 1 ? { roundingSteps: { cash: plan.cashStep } } : {}),
    lines: rungUp,
    ...(documentTypeIsSettled ? settled : UNSETTLED),
    references: [],
  }
}

const UNSETTLED = {
  discounts: [],
  taxes: [],
  totals: {
    lineNet: 0,
    documentDiscount: 0,
    taxExclusive: 0,
    tax: 0,
    taxInclusive: 0,
    rounding: 0,
    payable: 0,
    tendered: 0,
    change: 0,
  },
  tenders: [],
}

/** The void of the sale that the plan describes: every quantity and amount with the opposite sign. */
function takenBack(plan: SalePlan): Invoice {
  const sale = ringUp({ ...plan, documentType: 'exchange' })
  const opposite = JSON.parse(JSON.stringify(sale), (name, value) => {
    if (name === 'quantity') return negated(value)
    if (typeof value === 'number' && /mount|lineNet|tax|rounding|payable|tendered|change/.test(name)) return 0 - value
    return value
  })
  return {
    ...opposite,
    documentType: 'void',
    totals: Object.fromEntries(Object.entries(sale.totals).map(([name, amount]) => [name, 0 - amount])),
    references: [
      {
        type: 'voids',
        storeId: plan.storeId,
        terminalId: plan.terminalId,
        journalId: plan.journalId,
        sequenceNumber: Math.max(1, plan.sequenceNumber - 1),
      },
    ],
  }
}
