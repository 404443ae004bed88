import { divideRounded, divideRoundedBig, type RoundingMode } from './rounding.ts'

/** To which multiple of `step`, and in which mode. */
export interface Rounding {
  readonly mode: RoundingMode
  readonly step: number
}

/** 1 to 10^22: as doubles they are exact, and looking one up is faster than computing it. */
const POWERS = Array.from({ length: 23 }, (_, n) => 10 ** n)

function powerOfTen(exponent: number): number {
  return POWERS[exponent] ?? 10 ** exponent
}

/** Digits behind the point of a decimal text: `"0.190"` has 3. */
export function scaleOf(text: string): number {
  const point = text.indexOf('.')
  return point === -1 ? 0 : text.length - point - 1
}

/**
 * The decimal text without its point: `"-1.25"` is -125. Exact up to 2^53; beyond it the result is not a safe integer.
 */
export function unitsOf(text: string): number {
  let units = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit >= 0) units = units * 10 + digit
  }
  return text.charCodeAt(0) === 0x2d ? -units : units
}

/** `unitsOf` of any size. */
function bigUnitsOf(text: string): bigint {
  return BigInt(text.replace('.', ''))
}

/** Whether the decimal text is zero, however it is written: `"0"`, `"-0.000"`. */
export function isZero(text: string): boolean {
  return unitsOf(text) === 0
}

/**
 * round(a x b x 10^shift / base), all decimal texts, base not zero: the formula of `grossAmount` (quantity, unit price,
 * price base) and of foreign tenders. The result is a multiple of the step. Exact: plain integers while they are safe,
 * BigInt beyond. No floats.
 */
export function roundedProduct(a: string, b: string, base: string, shift: number, { mode, step }: Rounding): number {
  const exponent = scaleOf(base) + shift - scaleOf(a) - scaleOf(b)
  const numerator = unitsOf(a) * unitsOf(b) * (exponent > 0 ? powerOfTen(exponent) : 1)
  const divisor = unitsOf(base) * step * (exponent < 0 ? powerOfTen(-exponent) : 1)
  if (Number.isSafeInteger(numerator) && Number.isSafeInteger(divisor))
    return divideRounded(numerator, divisor, mode) * step
  const power = 10n ** BigInt(Math.abs(exponent))
  const bigNumerator = bigUnitsOf(a) * bigUnitsOf(b) * (exponent > 0 ? power : 1n)
  const bigDivisor = bigUnitsOf(base) * BigInt(step) * (exponent < 0 ? power : 1n)
  return Number(divideRoundedBig(bigNumerator, bigDivisor, mode)) * step
}

/** One minor unit as an exact amount counts it: 18 decimals hold every product of a quantity and a price. */
export const EXACT_ONE = 10n ** 18n

/** a x b / base in units of `EXACT_ONE`. Only a quotient with more than 18 decimals is rounded. */
export function exactProduct(a: string, b: string, base: string): bigint {
  const numerator = bigUnitsOf(a) * bigUnitsOf(b) * 10n ** BigInt(scaleOf(base)) * EXACT_ONE
  return divideRoundedBig(numerator, bigUnitsOf(base) * 10n ** BigInt(scaleOf(a) + scaleOf(b)), 'halfUp')
}

/** A sum of exact products at twelve decimals, so that three thirds are one. */
export function snapped(exact: bigint): bigint {
  return divideRoundedBig(exact, 1_000_000n, 'halfUp') * 1_000_000n
}

/** Whether the decimal text is 1, however it is written. */
export function isOne(text: string): boolean {
  return wholeOf(text) === 1
}

/** The decimal text as an integer; undefined if it has a fraction. */
export function wholeOf(text: string): number | undefined {
  const whole = unitsOf(text) / powerOfTen(scaleOf(text))
  return Number.isInteger(whole) ? whole : undefined
}

/** 1 (that is 100 %) in the unit of `rateUnits`. */
export const RATE_ONE = 100_000_000

/** A tax rate (a fraction as decimal text, at most eight decimals) in hundred-millionths: `"0.19"` is 19,000,000. */
export function rateUnits(rate: string): number {
  return unitsOf(rate) * powerOfTen(8 - scaleOf(rate))
}

/** round(amount x rate / divisor), `rate` and `divisor` in hundred-millionths: divisor RATE_ONE for tax on top. */
export function roundedShare(amount: number, rate: number, divisor: number, { mode, step }: Rounding): number {
  const numerator = amount * rate
  const unit = divisor * step
  if (Number.isSafeInteger(numerator) && Number.isSafeInteger(unit)) return divideRounded(numerator, unit, mode) * step
  return Number(divideRoundedBig(BigInt(amount) * BigInt(rate), BigInt(divisor) * BigInt(step), mode)) * step
}
