import type { Invoice } from '../../invoice/schema.ts'
import type { SalePlan } from './sale-plan.ts'

/** The tenders that pay an amount, and the change. */
export function pay(payable: number, { payment }: SalePlan): { tenders: Invoice['tenders']; change: number } {
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
