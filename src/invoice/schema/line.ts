import { Type } from '@sinclair/typebox'
import { LIMITS } from './limits.ts'
import { CLOSED, code, decimal, matching, money, rate, text } from './primitives.ts'
import { ReturnOfSchema } from './reference.ts'

/** What names a tax: the same three members on lines, document discounts and document taxes. */
export const taxKeyMembers = {
  taxCode: code("The till's own code of the tax, for example VAT-S or CA-STATE."),
  category: Type.Optional(
    matching(
      '^[A-Z]{1,3}$',
      'a code of UN/ECE 5305 in 1 to 3 capital letters, such as "S"',
      'UN/ECE 5305 category: S standard, Z zero rated, E exempt, AE reverse charge, O outside scope.',
    ),
  ),
  rate: rate(),
}

const discountMembers = {
  code: Type.Optional(code('Promotion or reason code.')),
  reason: Type.Optional(text(LIMITS.textLength, 'Reason in words.')),
  amount: money('What is taken off. It has the sign of the amount that it reduces: positive when selling.'),
}

/** A reduction of one line. */
const DiscountSchema = Type.Object(discountMembers, {
  ...CLOSED,
  title: 'Discount',
  description: 'A reduction of the line.',
})

/** A reduction of the whole document, attributed to tax groups where there are several. */
export const DocumentDiscountSchema = Type.Object(
  {
    ...discountMembers,
    taxes: Type.Optional(
      Type.Array(Type.Object(taxKeyMembers, { ...CLOSED, title: 'TaxKey' }), {
        maxItems: LIMITS.taxes,
        description:
          'The taxes of the lines that the whole amount reduces; [] for lines without tax. A discount over several rates is sent as one entry per rate. If taxes is absent, the amount may be spread over the lines in any way.',
      }),
    ),
  },
  { ...CLOSED, title: 'DocumentDiscount', description: 'A reduction of the whole document.' },
)

const LineTaxSchema = Type.Object(
  {
    ...taxKeyMembers,
    amount: money('Tax of the line. With taxRounding line or unit, the lines add up to the document.'),
    taxableAmount: Type.Optional(
      money(
        'What this tax is charged on, without tax, where that is only a part of the line: what a garment costs above 175.00, the first 1,600.00 of a price. It is no more than grossAmount.',
      ),
    ),
    amountPerUnit: Type.Optional(
      decimal(
        { integerDigits: 12, decimals: 6, example: '"28.93" for 0.2893' },
        'A fixed tax for each unit of the quantity, in minor units, besides or instead of the rate: "28.93" and the rate "0" for a levy of 0.2893 EUR a piece.',
      ),
    ),
  },
  { ...CLOSED, title: 'LineTax' },
)

/** One position of the document. */
export const LineSchema = Type.Object(
  {
    lineNumber: Type.Integer({
      minimum: 1,
      maximum: 999_999,
      description: 'Rising within the document; gaps are fine.',
    }),
    itemCode: code("The retailer's own item number (SKU)."),
    gtin: Type.Optional(
      matching(
        '^(?:[0-9]{8}|[0-9]{12,14})$',
        'a string of 8, 12, 13 or 14 digits',
        'GTIN-8, -12, -13 or -14 with a right check digit. Weighed-goods codes of the store go to itemCode.',
      ),
    ),
    description: text(LIMITS.textLength, 'As printed on the receipt.'),
    quantity: decimal(
      { integerDigits: 9, decimals: 6, mayBeNegative: true, example: '"1.250"' },
      'Decimal text, at most six decimals; negative for goods that come back. "2", "0.482", "-1". Zero only for a text or a voided position: then all amounts of the line are 0.',
    ),
    unitCode: matching(
      '^[A-Z0-9]{2,3}$',
      'a code of UN/ECE Recommendation 20 in 2 or 3 capital letters and digits, such as "H87" (piece)',
      'UN/ECE Recommendation 20: H87 piece, KGM kilogram, GRM gram, LTR litre, MTR metre, HUR hour.',
    ),
    unitPrice: decimal(
      { integerDigits: 12, decimals: 6, mayBeNegative: true, example: '"199" for 1.99' },
      'Price of priceBase units in minor units, as decimal text: "199" is 1.99 EUR, "174.9" is 1.749 EUR a litre. Tax included exactly when taxMode is inclusive.',
    ),
    priceBase: Type.Optional(
      decimal(
        { integerDigits: 9, decimals: 6, example: '"100"' },
        'The quantity that unitPrice is for, not zero; 1 where absent. "100" for a price per 100 g.',
      ),
    ),
    grossAmount: money('quantity x unitPrice / priceBase, rounded, before discounts.'),
    netAmount: money('grossAmount less the discounts of the line. Tax included exactly when taxMode is inclusive.'),
    discounts: Type.Array(DiscountSchema, { maxItems: LIMITS.lineDiscounts, description: 'Reductions of the line.' }),
    taxes: Type.Array(LineTaxSchema, {
      maxItems: LIMITS.taxes,
      description:
        'The taxes of the line; each is one of the taxes of the document. Empty for what is not taxed, for example the sale of a gift card.',
    }),
    returnOf: Type.Optional(ReturnOfSchema),
  },
  { ...CLOSED, title: 'Line', description: 'One position of the document.' },
)
