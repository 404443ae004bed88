/** Random numbers in [0, 1). */
export type Random = () => number

export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)]!
}

export function digits(random: Random, count: number): string {
  return Array.from({ length: count }, () => Math.floor(random() * 10)).join('')
}

/** Whole numbers from `from` to `to`, both possible, padded with zeros. */
export function number(random: Random, from: number, to: number, width = 0): string {
  return String(from + Math.floor(random() * (to - from + 1))).padStart(width, '0')
}

export function characters(random: Random, count: number, alphabet: string): string {
  return Array.from({ length: count }, () => pick(random, [...alphabet])).join('')
}

export const hex = (random: Random, count: number) => characters(random, count, '0123456789abcdef')
export const upperHex = (random: Random, count: number) => hex(random, count).toUpperCase()
export const bytes = (random: Random, count: number) => Buffer.from(Array.from({ length: count }, () => random() * 256))
export const base64 = (random: Random, count: number) => bytes(random, count).toString('base64')

/** The digits, with the check digit of Luhn behind them. */
export function withLuhn(body: string): string {
  let sum = 0
  for (let i = 0; i < body.length; i++) {
    const digit = Number(body.at(-1 - i))
    sum += i % 2 === 0 ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit
  }
  return body + ((10 - (sum % 10)) % 10)
}

/** The digits, with the check digit of GS1 behind them. */
export function withGs1Check(body: string): string {
  let sum = 0
  for (let i = 0; i < body.length; i++) sum += Number(body.at(-1 - i)) * (i % 2 === 0 ? 3 : 1)
  return body + ((10 - (sum % 10)) % 10)
}

/** The country, and the two digits that make the remainder of division by 97 one, before the rest. */
export function withMod97(country: string, rest: string): string {
  let remainder = 0
  for (const character of `${rest}${country}00`) {
    const value = Number.parseInt(character, 36)
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return country + String(98 - remainder).padStart(2, '0') + rest
}

/** In groups of these lengths, the last of which repeats. */
export function grouped(text: string, lengths: readonly number[], separator: string): string {
  const groups: string[] = []
  for (let at = 0, i = 0; at < text.length; i++) {
    const length = lengths[Math.min(i, lengths.length - 1)]!
    groups.push(text.slice(at, at + length))
    at += length
  }
  return groups.join(separator)
}

/** A day and a time of day, YYYYMMDDHHMMSS. */
export function dateTime(random: Random): string {
  const [year, month, day] = [number(random, 2020, 2032), number(random, 1, 12, 2), number(random, 1, 28, 2)]
  return year + month + day + number(random, 0, 23, 2) + number(random, 0, 59, 2) + number(random, 0, 59, 2)
}
