/** One rule of the invoice. `exact` rules are arithmetic: in `lenient` stores they warn instead of refusing. */
export interface InvoiceRule {
  readonly code: string
  readonly meaning: string
  readonly exact: boolean
}

const always = <const C extends string>(code: C, meaning: string) => ({ code, meaning, exact: false }) as const
const exact = <const C extends string>(code: C, meaning: string) => ({ code, meaning, exact: true }) as const

/**
 * Every rule that can refuse an invoice, in the order in which they are checked. The meaning is also the `detail`
 * of a violation, unless the schema says better what would be right. The first eight make a body malformed (400); all others make an invoice invalid (422).
 */
export const INVOICE_RULES = [
  always('invalid-utf8', 'The body is not valid UTF-8.'),
  always('byte-order-mark', 'The body begins with a byte order mark.'),
  always('not-json', 'The body is not one JSON value.'),
  always('lone-surrogate', 'A text or name has half of a surrogate pair (\\ud800 to \\udfff) without the other half.'),
  always('duplicate-member', 'A member name occurs twice in one object.'),
  always('too-deep', 'Objects and arrays are nested too deeply.'),
  always(
    'number-not-integer',
    'A number has a fraction or an exponent, or is -0. Write 1000, not 1000.0 or 1e3; send a decimal as a string.',
  ),
  always('number-too-large', 'An integer is beyond 2^53 - 1, where parsers disagree on its value.'),

  always('missing-member', 'A required member is missing.'),
  always('unknown-member', 'The contract has no such member here. Put members of your own into extensions.'),
  always('wrong-type', 'The value has another JSON type than the contract says.'),
  always('wrong-format', 'The text does not have the form that the contract gives for this member.'),
  always('unknown-value', 'The value is not one of those that the contract lists for this member.'),
  always('out-of-range', 'The number is below the minimum or above the maximum.'),
  always('wrong-length', 'The text is empty or too long.'),
  always('wrong-count', 'There are too few or too many elements.'),

  always('nul-character', 'A text or member name holds U+0000, which many databases cannot store. Remove it.'),
  always(
    'card-number',
    'This looks like a payment card number. Send tenders[].card instead: the brand, the last four digits, a token.',
  ),
  always('currency-unknown', 'ISO 4217 has no such currency with a minor unit.'),
  always('currency-exponent', 'The exponent is not the one that ISO 4217 gives for the currency.'),
  always('date-not-real', 'There is no such day in the calendar.'),
  always('timestamp-not-real', 'There is no such date, time of day or offset.'),
  always('line-number-order', 'Line numbers have to rise.'),
  always(
    'gtin-check-digit',
    'The check digit of the GTIN is wrong. Send a UPC-E as the 12 digits that it stands for, and a code of your own in itemCode.',
  ),
  always('quantity-zero', 'The quantity is zero, but not every amount of the line.'),
  always('price-base-zero', 'The price base is zero.'),
  always('tax-group-duplicate', 'The same taxCode, category and rate occur twice.'),
  always('reference-incomplete', 'A reference needs the whole identity (four members) or the receiptNumber.'),
  always('void-without-reference', 'A void needs a reference of type voids to the document it takes back.'),

  exact('gross-amount', 'grossAmount is not quantity x unitPrice / priceBase, in minor units, rounded.'),
  exact('line-net', 'netAmount is not grossAmount less the discounts of the line.'),
  exact(
    'discount-sign',
    'A discount has the sign of the grossAmount that it reduces; a surcharge is a line of its own.',
  ),
  exact('net-sign', 'The discounts are more than the line: netAmount and grossAmount have opposite signs.'),
  exact('line-net-sum', 'totals.lineNet is not the sum of netAmount over the lines.'),
  exact('document-discount-sum', 'totals.documentDiscount is not the sum of the document discounts.'),
  exact('net-total', 'lineNet - documentDiscount is not taxExclusive (taxInclusive where taxMode is inclusive).'),
  exact('tax-sum', 'totals.tax is not the sum of taxAmount.'),
  exact('tax-inclusive-sum', 'taxExclusive + tax is not taxInclusive.'),
  exact('payable-sum', 'taxInclusive + rounding is not payable.'),
  exact('tender-sum', 'totals.tendered is not the sum of the tenders.'),
  exact('change-sum', 'tendered - change - forfeited is not payable.'),
  exact('tax-group-missing', 'The taxes of the document have no such taxCode, category and rate.'),
  exact('line-tax-duplicate', 'The line carries the same taxCode, category and rate twice.'),
  exact('tax-on-tax', 'baseIncludes names a tax that is listed after this one, or this one itself.'),
  exact('category-rate', 'In this category nothing is charged: the rate is 0.'),
  exact('discount-taxes', 'No line carries all of these taxes. A discount over several rates is one entry per rate.'),
  exact('tax-without-line', 'No line carries this tax, but it has amounts.'),
  exact(
    'tax-group-base',
    'taxableAmount is not the net amounts, without tax, of the lines with this tax, less the discounts that name it.',
  ),
  exact(
    'discount-spread',
    'The taxable amounts are not short of exactly the discounts that name no taxes. Expected is their sum.',
  ),
  exact('line-tax-base', 'The taxableAmount of a line is not between 0 and its grossAmount.'),
  exact(
    'line-tax-sum',
    'taxAmount is not the sum of this tax over the lines: exactly where taxRounding is line or unit, otherwise within one step for each line.',
  ),
  exact('tax-amount', 'The tax is not the taxable amount x rate, rounded. The rate is a fraction: 0.19 is 19 %.'),
  exact('foreign-amount', 'The tender is not foreign.amount x rate in the currency of the invoice.'),
  exact(
    'rounding-bound',
    'totals.rounding is more than cash rounding can be: a step of roundingSteps.cash, or of the currency.',
  ),
  exact('rounding-step', 'A rounding step is more than 100 times the smallest cash unit of the currency.'),
  exact(
    'forfeited-bound',
    'totals.forfeited is more than the vouchers, gift cards, loyalty points and other tenders together, or negative.',
  ),
  exact(
    'payable-sign',
    'A sale is not paid out (payable >= 0) and a return is not paid for (payable <= 0). An exchange may be either.',
  ),
  exact('change-sign', 'Change is negative; only a void takes change back.'),
  exact(
    'change-without-tender',
    'Change is given only on money tendered: both have the same sign. What is paid out is a tender with a negative amount.',
  ),
  exact(
    'unsettled-money',
    'cancelled, noSale and skipped settle nothing: totals are 0, and only cancelled may list anything.',
  ),
] as const satisfies readonly InvoiceRule[]

export type RuleCode = (typeof INVOICE_RULES)[number]['code']

/** Worth a look, but never refused: the sale has happened. Goes into the `pos-warnings` header of the record. */
export const INVOICE_WARNINGS = [
  { code: 'occurred-in-future', meaning: 'occurredAt is more than 15 minutes after the receipt: a clock is wrong.' },
  { code: 'occurred-long-ago', meaning: 'occurredAt is more than 90 days before the receipt, without flags.offline.' },
  { code: 'business-date-far-off', meaning: 'businessDate is more than 3 days from the local date of occurredAt.' },
  { code: 'started-after-occurred', meaning: 'startedAt is after occurredAt.' },
] as const

export type WarningCode = (typeof INVOICE_WARNINGS)[number]['code']

const byCode: ReadonlyMap<string, InvoiceRule> = new Map(INVOICE_RULES.map((rule) => [rule.code, rule]))

/** The catalogue entry of a code. */
export function ruleOf(code: RuleCode): InvoiceRule {
  return byCode.get(code) as InvoiceRule
}
