import type { Invoice, Line, Tax } from '../../src/invoice/schema.ts'

/**
 * A till for tests: it rings up a plan and computes everything right. Its arithmetic is deliberately not that of
 * `src/invoice/`: fractions of BigInt, written down from the contract.
 */
export interface Plan {
  readonly storeId: string
  readonly terminalId: string
  readonly journalId: string
  readonly sequenceNumber: number
  readonly documentType: Invoice['documentType']
  readonly occurredAt: string
  readonly currency: Invoice['currency']
  readonly taxMode: Invoice['taxMode']
  readonly taxRounding: Invoice['taxRounding']
  readonly roundingMode: NonNullable<Invoice['roundingMode']>
  /** Whether the invoice says how it was rounded. */
  readonly declaresRounding: boolean
  /** The sets of taxes that lines choose from; disjoint, so that included tax can be told apart. */
  readonly taxSets: readonly (readonly Pick<Tax, 'taxCode' | 'category' | 'rate'>[])[]
  readonly items: readonly Item[]
  readonly documentDiscountPercent: number
  readonly attributesDiscount: boolean
  /** Payable is a multiple of so many minor units. */
  readonly cashStep: number
  /** How a positive amount is paid. */
  readonly payment: 'cash' | 'cashWithChange' | 'card' | 'split' | 'giftCardAndCash'
}

export interface Item {
  readonly itemCode: string
  readonly gtin: string | undefined
  readonly description: string
  readonly quantity: string
  readonly unitCode: string
  readonly unitPrice: string
  readonly priceBase: string | undefined
  readonly discountPercents: readonly number[]
  /** Index into the tax sets; beyond the last: untaxed. */
  readonly taxSet: number
}

type Fraction = readonly [bigint, bigint]

export function fraction(text: string): Fraction {
  const [whole = '0', decimals = ''] = text.split('.')
  return [BigInt(whole + decimals), 10n ** BigInt(decimals.length)]
}

export function round([n, d]: Fraction, mode: Plan['roundingMode']): number {
  const sign = n < 0n ? -1n : 1n
  const magnitude = n * sign
  const floor = magnitude / d
  const rest = (magnitude % d) * 2n
  const up =
    rest !== 0n &&
    (mode === 'up' ||
      (mode !== 'down' && rest > d) ||
      (rest === d && (mode === 'halfUp' || (mode === 'halfEven' && floor % 2n === 1n))))
  return Number(sign * (up ? floor + 1n : floor))
}

const percentOf = (amount: number, percent: number) => Math.trunc((amount * percent) / 100) + 0
const sum = (amounts: readonly number[]) => amounts.reduce((a, b) => a + b, 0)

/** Rings up the plan. */
export function ringUp(plan: Plan): Invoice {
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

function lineOf(item: Item, index: number, plan: Plan): Line {
  const isReturn = plan.documentType === 'return'
  const quantity = isReturn ? negated(item.quantity) : item.quantity
  const [qn, qd] = fraction(quantity)
  const [pn, pd] = fraction(item.unitPrice)
  const [bn, bd] = fraction(item.priceBase ?? '1')
  const grossAmount = round([qn * pn * bd, qd * pd * bn], plan.roundingMode)
  const discounts: Line['discounts'] = []
  let netAmount = grossAmount
  for (const percent of item.discountPercents) {
    const amount = percentOf(netAmount, percent)
    netAmount -= amount
    discounts.push({ code: `P${percent}`, amount })
  }
  const keys = plan.taxSets[item.taxSet] ?? []
  const rates = keys.map(({ rate }) => fraction(rate))
  return {
    lineNumber: index + 1,
    itemCode: item.itemCode,
    ...(item.gtin === undefined ? {} : { gtin: item.gtin }),
    description: item.description,
    quantity,
    unitCode: item.unitCode,
    unitPrice: item.unitPrice,
    ...(item.priceBase === undefined ? {} : { priceBase: item.priceBase }),
    grossAmount,
    netAmount,
    discounts,
    taxes: keys.map((key, k) => ({ ...key, amount: taxOf(netAmount, k, rates, plan) })),
    ...(isReturn ? { returnOf: { receiptNumber: '12-4711', lineNumber: index + 1 } } : {}),
  }
}

/** base x rate, or where tax is included base x rate / (1 + all rates), rounded. */
function taxOf(base: number, k: number, rates: readonly Fraction[], { taxMode, roundingMode }: Plan): number {
  const [rn, rd] = rates[k] as Fraction
  if (taxMode === 'exclusive') return round([BigInt(base) * rn, rd], roundingMode)
  const common = 100_000_000n
  const all = rates.reduce((total, [n, d]) => total + (n * common) / d, common)
  return round([BigInt(base) * ((rn * common) / rd), all], roundingMode)
}

/** A discount spread over lines by their nets, the rest on the last one. */
function spread(discount: number, lines: readonly Line[]): number[] {
  const base = sum(lines.map((line) => line.netAmount))
  const shares = lines.map(({ netAmount }) => (base === 0 ? 0 : Math.trunc((discount * netAmount) / base) + 0))
  if (shares.length > 0) shares[shares.length - 1]! += discount - sum(shares)
  return shares
}

function pay(payable: number, { payment }: Plan): { tenders: Invoice['tenders']; change: number } {
  if (payable === 0) return { tenders: [], change: 0 }
  if (payable < 0) return { tenders: [{ type: 'cash', amount: payable }], change: 0 }
  const half = Math.trunc(payable / 2)
  const card = { brand: 'VISA', last4: '0006', entryMode: 'contactless', authCode: '882301' } as const
  if (payment === 'card') return { tenders: [{ type: 'card', amount: payable, card }], change: 0 }
  if (payment === 'split')
    return {
      tenders: [
        { type: 'card', amount: half, card },
        { type: 'cash', amount: payable - half },
      ],
      change: 0,
    }
  if (payment === 'giftCardAndCash')
    return {
      tenders: [
        { type: 'giftCard', amount: half, reference: '****7731' },
        { type: 'cash', amount: payable - half + 100 },
      ],
      change: 100,
    }
  const tendered = payment === 'cash' ? payable : Math.ceil(payable / 500) * 500
  return { tenders: [{ type: 'cash', amount: tendered }], change: tendered - payable }
}

/** The void of the sale that the plan describes: every quantity and amount with the opposite sign. */
function takenBack(plan: Plan): Invoice {
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

function negated(quantity: string): string {
  return quantity.startsWith('-') ? quantity.slice(1) : `-${quantity}`
}
