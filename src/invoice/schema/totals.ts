import { Type } from '@sinclair/typebox'
import { taxKeyMembers } from './line.ts'
import { CLOSED, money } from './primitives.ts'

/** One tax of the document; each (taxCode, category, rate) occurs once. */
export const TaxSchema = Type.Object(
  {
    ...taxKeyMembers,
    taxableAmount: money(
      'The base without tax: the net amounts of the lines with this tax, less attributed discounts.',
    ),
    taxAmount: money('taxableAmount x rate, rounded as taxRounding and roundingMode say.'),
  },
  { ...CLOSED, title: 'Tax', description: 'One tax of the document; each (taxCode, category, rate) occurs once.' },
)

/** The sums of the document, each in minor units. */
export const TotalsSchema = Type.Object(
  {
    lineNet: money('Sum of netAmount over the lines.'),
    documentDiscount: money('Sum of the document discounts.'),
    taxExclusive: money('Without tax. In exclusive mode lineNet - documentDiscount.'),
    tax: money('Sum of taxAmount.'),
    taxInclusive: money('taxExclusive + tax. In inclusive mode lineNet - documentDiscount.'),
    rounding: money(
      'Cash rounding: what is added to taxInclusive to reach payable; 0 where there is none. Less than roundingSteps.cash or, where that is absent, the smallest cash unit of the currency.',
    ),
    payable: money('taxInclusive + rounding. Positive: the customer pays; negative: the customer is paid.'),
    tendered: money('Sum of the tenders.'),
    change: money('What is handed back of tendered: tendered - change = payable.'),
  },
  { ...CLOSED, title: 'Totals', description: 'The sums of the document.' },
)
