import { Type } from '@sinclair/typebox'
import { CLOSED, code, decimal, matching, money, oneOf } from './primitives.ts'

/** ISO 4217 alphabetic code. */
export const currencyCode = () =>
  matching('^[A-Z]{3}$', 'a currency of ISO 4217 in 3 capital letters, such as "EUR"', 'ISO 4217 code.')

/** The exponent that the sender computed with; it must be the one of ISO 4217. */
export const currencyExponent = () =>
  Type.Integer({
    minimum: 0,
    maximum: 4,
    description: 'Decimals of the minor unit as in ISO 4217: EUR 2, JPY 0, KWD 3.',
  })

const ForeignSchema = Type.Object(
  {
    currency: currencyCode(),
    exponent: currencyExponent(),
    amount: money('What was handed over, in minor units of the foreign currency.'),
    rate: decimal(
      { integerDigits: 10, decimals: 10, example: '"0.9215"' },
      'Invoice currency for one unit of the foreign currency, both in major units: "0.9215" when 1 USD is 0.9215 EUR.',
    ),
  },
  {
    ...CLOSED,
    title: 'ForeignCash',
    description: 'Foreign cash: the tender amount is foreign.amount x rate in the currency of the invoice.',
  },
)

const CardSchema = Type.Object(
  {
    brand: code('As the payment terminal names it, for example VISA or girocard.'),
    last4: matching('^[0-9]{4}$', 'a string of 4 digits', 'The last four digits, never more of the number.'),
    token: Type.Optional(code('Token of the payment provider. Tokens that look like a card number are refused.')),
    entryMode: Type.Optional(
      oneOf(['chip', 'contactless', 'magstripe', 'manual', 'online', 'other'], 'How the card was read.'),
    ),
    authCode: Type.Optional(code('Authorisation code.')),
  },
  { ...CLOSED, title: 'Card', description: 'The card as far as it may be kept. Never a card number.' },
)

/** One means of payment; negative where money is paid out. */
export const TenderSchema = Type.Object(
  {
    type: oneOf(
      ['cash', 'card', 'giftCard', 'voucher', 'wallet', 'bankTransfer', 'loyalty', 'onAccount', 'other'],
      'The means of payment.',
    ),
    amount: money(
      'In the currency of the invoice; cash as handed over, before change. Negative where money is paid out.',
    ),
    foreign: Type.Optional(ForeignSchema),
    card: Type.Optional(CardSchema),
    reference: Type.Optional(code('Voucher number, masked gift card, transaction of the wallet.')),
  },
  { ...CLOSED, title: 'Tender', description: 'One means of payment.' },
)
