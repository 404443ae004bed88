import { isIssued, issuedLengths, MAX_LENGTH, MIN_LENGTH } from './issuers.ts'

/**
 * Whether these digits (numbers from 0 to 9) can be a payment card number: an issuer uses this prefix and this length,
 * and the check digit is right where the issuer has one (ISO/IEC 7812-1). One number of 16 digits in 25 can be, so this
 * alone is no evidence.
 */
export function isCardNumber(digits: Uint8Array, start: number, length: number): boolean {
  if (length < MIN_LENGTH || length > MAX_LENGTH) return false
  return isOfLengths(lengthsAt(digits, start), digits, start, length)
}

/** In which lengths numbers that begin like this are issued, for `isOfLengths`; 0: in none. */
export function lengthsAt(digits: Uint8Array, start: number): number {
  let firstSix = 0
  for (let i = start; i < start + 6; i++) firstSix = firstSix * 10 + digits[i]!
  return issuedLengths(firstSix)
}

/** `isCardNumber`, where `lengthsAt` is known. */
export function isOfLengths(lengths: number, digits: Uint8Array, start: number, length: number): boolean {
  if (lengths === 0 || length < MIN_LENGTH || length > MAX_LENGTH) return false
  if (isIssued(lengths, length, false)) return true
  return isIssued(lengths, length, true) && passesLuhn(digits, start, length)
}

/** Luhn's check (ISO/IEC 7812-1, annex B): every second digit from the right is doubled. */
export function passesLuhn(digits: Uint8Array, start: number, length: number): boolean {
  let sum = 0
  for (let i = start + length - 1; i >= start; i -= 2) sum += digits[i]!
  for (let i = start + length - 2; i >= start; i -= 2) sum += DOUBLED[digits[i]!]!
  return sum % 10 === 0
}

/** Twice a digit, as the sum of its digits. */
const DOUBLED = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]

/** The digits of a text that has nothing else; `null` for any other text. */
export function digitsOf(text: string): Uint8Array | null {
  const digits = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return null
    digits[i] = digit
  }
  return digits
}

/** `isCardNumber` of a text; false unless it is all digits. */
export function isCardNumberText(text: string): boolean {
  const digits = digitsOf(text)
  return digits !== null && isCardNumber(digits, 0, digits.length)
}
