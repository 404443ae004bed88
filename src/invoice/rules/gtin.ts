/**
 * Whether `text` is a GTIN-8, -12, -13 or -14 with a right check digit (GS1 General Specifications, 7.9): from the
 * right, digits weigh 1, 3, 1, 3 …, and the sum is a multiple of 10.
 */
export function isGtin(text: string): boolean {
  const { length } = text
  if (length !== 8 && length !== 12 && length !== 13 && length !== 14) return false
  let sum = 0
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return false
    sum += (length - i) % 2 === 0 ? digit * 3 : digit
  }
  return sum % 10 === 0
}
