import { Type } from '@sinclair/typebox'
import { LIMITS } from './limits.ts'
import { taxKeyMembers } from './line.ts'
import { CLOSED, code, money } from './primitives.ts'

/** One tax of the document; each (taxCode, category, rate) occurs once. */
export const TaxSchema = Type.Object(
  {
    ...taxKeyMembers,
    taxableAmount: money(
      'The base without tax: the net amounts of the lines with this tax, less the discounts that name it.',
    ),
    taxAmount: money('taxableAmount x rate, rounded as taxRounding and roundingMode say.'),
    baseIncludes: Type.Optional(
      Type.Array(code('The taxCode of a tax. If the document has it, it is listed before this one.'), {
        minItems: 1,
        maxItems: LIMITS.taxes,
        description:
          'Tax on tax: the codes of the taxes whose amounts are in the base of this one, where a line carries both. Mexico: IVA with ["IEPS"].',
      }),
    ),
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
    change: money('What is handed back of tendered: tendered - change - forfeited = payable.'),
    forfeited: Type.Optional(
      money(
        'What is lost because no change is given: 500 where a meal voucher of 20.00 pays for 15.00. At most the sum of the tenders of type voucher, giftCard, loyalty and other; absent is 0.',
      ),
    ),
  },
  { ...CLOSED, title: 'Totals', description: 'The sums of the document.' },
)
