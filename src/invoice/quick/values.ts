import { dayOf, timestampOf } from '../rules/dates.ts'
import { BACKSLASH, type Cursor, expect, NOT_SURE, oneOfWords, peek, QUOTE } from './cursor.ts'

const [MINUS, POINT, ZERO, NINE] = [0x2d, 0x2e, 0x30, 0x39] as const
/** So many digits make a safe integer. */
const SAFE_DIGITS = 15

/** An integer from `minimum` to `maximum`, written without fraction and exponent, and 0 without a sign. */
export function integer(cursor: Cursor, minimum: number, maximum: number): number {
  const isNegative = peek(cursor) === MINUS
  const { bytes } = cursor
  const first = isNegative ? cursor.at + 1 : cursor.at
  let magnitude = 0
  let at = first
  for (; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte < ZERO || byte > NINE) break
    magnitude = magnitude * 10 + (byte - ZERO)
  }
  cursor.at = at
  const digits = at - first
  // A fraction or exponent behind it is no end of a value: whoever reads on says so.
  if (digits === 0 || digits > SAFE_DIGITS || (bytes[first] === ZERO && (digits > 1 || isNegative))) throw NOT_SURE
  const value = isNegative ? -magnitude : magnitude
  if (value < minimum || value > maximum) throw NOT_SURE
  return value
}

/** Goes past a text without escapes and control characters. Returns how many bytes it has. */
function textBytes(cursor: Cursor): number {
  expect(cursor, QUOTE)
  const { bytes, at: start } = cursor
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte === QUOTE) {
      cursor.at = at + 1
      return at - start
    }
    if (byte < 0x20 || byte === BACKSLASH) throw NOT_SURE
  }
  throw NOT_SURE
}

/** Goes past a text of 1 to `maxLength` characters. */
export function skipText(cursor: Cursor, maxLength: number): void {
  const length = textBytes(cursor)
  if (length === 0 || (length > maxLength && charactersOf(cursor, length) > maxLength)) throw NOT_SURE
}

/** How many characters the text of so many bytes has that the cursor is behind. */
function charactersOf({ bytes, at }: Cursor, length: number): number {
  let characters = 0
  for (let i = at - 1 - length; i < at - 1; i++) if (((bytes[i] as number) & 0xc0) !== 0x80) characters++
  return characters
}

/** A text of 1 to `maxLength` characters, all of them ASCII. */
export function asciiText(cursor: Cursor, maxLength: number): string {
  const length = textBytes(cursor)
  if (length === 0 || length > maxLength) throw NOT_SURE
  const end = cursor.at - 1
  for (let i = end - length; i < end; i++) if ((cursor.bytes[i] as number) > 0x7f) throw NOT_SURE
  return cursor.text.slice(end - length, end)
}

/** A text that matches. No form allows anything but ASCII. */
export function matching(cursor: Cursor, form: RegExp): string {
  const length = textBytes(cursor)
  const text = cursor.text.slice(cursor.at - 1 - length, cursor.at - 1)
  if (!form.test(text)) throw NOT_SURE
  return text
}

/** A real day. */
export function date(cursor: Cursor, form: RegExp): string {
  const text = matching(cursor, form)
  if (dayOf(text) === undefined) throw NOT_SURE
  return text
}

/** A real time of a real day. */
export function timestamp(cursor: Cursor, form: RegExp): string {
  const text = matching(cursor, form)
  if (timestampOf(text) === undefined) throw NOT_SURE
  return text
}

/** A decimal in a text. */
export function decimal(cursor: Cursor, integerDigits: number, decimals: number, mayBeNegative: boolean): string {
  expect(cursor, QUOTE)
  const { bytes, at: start } = cursor
  const first = mayBeNegative && bytes[start] === MINUS ? start + 1 : start
  let end = endOfDigits(bytes, first)
  const digits = end - first
  if (digits === 0 || digits > integerDigits || (digits > 1 && bytes[first] === ZERO)) throw NOT_SURE
  if (bytes[end] === POINT) {
    const fraction = end + 1
    end = endOfDigits(bytes, fraction)
    if (end === fraction || end > fraction + decimals) throw NOT_SURE
  }
  if (bytes[end] !== QUOTE) throw NOT_SURE
  cursor.at = end + 1
  return cursor.text.slice(start, end)
}

function endOfDigits(bytes: Uint8Array, start: number): number {
  let at = start
  while (at < bytes.length && (bytes[at] as number) >= ZERO && (bytes[at] as number) <= NINE) at++
  return at
}

/** One of these words, which are `quoted` too. */
export function oneOf(cursor: Cursor, words: readonly string[], inQuotes: readonly Uint8Array[]): string {
  return words[oneOfWords(cursor, inQuotes, 0)] as string
}

const TRUE = new TextEncoder().encode('true')
const FALSE = new TextEncoder().encode('false')

/** `true` or `false`. */
export function truth(cursor: Cursor): boolean {
  const isTrue = peek(cursor) === TRUE[0]
  for (const byte of isTrue ? TRUE : FALSE) if (cursor.bytes[cursor.at++] !== byte) throw NOT_SURE
  return isTrue
}
