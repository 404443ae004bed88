/** No issuer in the table uses shorter or longer numbers. */
export const MIN_LENGTH = 14
export const MAX_LENGTH = 19

/** First six digits from, to, and the lengths in use from, to (ISO/IEC 7812 prefixes as the schemes publish them). */
const RANGES: readonly (readonly [number, number, number, number])[] = [
  [400000, 499999, 16, 16], // Visa; 13 digits are out of use and look like GTINs
  [400000, 499999, 18, 19], // Visa
  [222100, 272099, 16, 16], // Mastercard
  [510000, 559999, 16, 16], // Mastercard
  [340000, 349999, 15, 15], // American Express
  [370000, 379999, 15, 15], // American Express
  [300000, 305999, 14, 19], // Diners Club
  [309500, 309599, 14, 19], // Diners Club
  [360000, 369999, 14, 19], // Diners Club
  [380000, 399999, 14, 19], // Diners Club
  [352800, 358999, 16, 19], // JCB
  [601100, 601199, 16, 19], // Discover
  [622126, 622925, 16, 19], // Discover, co-branded
  [644000, 659999, 16, 19], // Discover, RuPay, Elo
  [620000, 629999, 16, 19], // UnionPay
  [810000, 817199, 16, 19], // UnionPay, RuPay
  [501800, 501899, 16, 19], // Maestro
  [501900, 501999, 16, 16], // Dankort
  [502000, 502099, 16, 19], // Maestro
  [503800, 503899, 16, 19], // Maestro
  [506099, 506198, 16, 19], // Verve
  [506699, 506778, 16, 16], // Elo
  [508500, 508999, 16, 16], // RuPay
  [509000, 509999, 16, 16], // Elo
  [561200, 561299, 16, 19], // Maestro
  [589300, 589399, 16, 19], // Maestro
  [606282, 606282, 16, 19], // Hipercard
  [606985, 608500, 16, 16], // RuPay
  [630400, 630499, 16, 19], // Maestro
  [636000, 636999, 16, 19], // InterPayment, Elo
  [670000, 679999, 16, 19], // Maestro
  [220000, 220499, 16, 19], // Mir
  [979200, 979289, 16, 16], // Troy
]

/** Whether an issuer has numbers of this length with these first six digits. */
export function isIssued(digits: string): boolean {
  const prefix = Number(digits.slice(0, 6))
  const { length } = digits
  return RANGES.some(([from, to, shortest, longest]) => {
    return prefix >= from && prefix <= to && length >= shortest && length <= longest
  })
}
