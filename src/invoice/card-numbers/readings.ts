/**
 * The ways to read a text that may hide digits: as it is; with the digits of other scripts as ASCII digits and without
 * invisible characters; with percent-encoding decoded; with the pairs of a hex dump joined.
 */
export function* readings(text: string): Generator<string> {
  yield text
  const plain = OTHER.test(text) ? plainDigits(text) : text
  if (plain !== text) yield plain
  if (text.includes('%') && PERCENT.test(text)) yield plainDigits(text.replace(PERCENTS, decoded))
  if (HEX_LETTERS.some((letter) => plain.includes(letter)) && HEX_DUMP.test(plain))
    yield plain.replace(HEX_DUMPS, (dump) => dump.replaceAll(/[^0-9a-f]/gi, ''))
}

const OTHER = /[^\0-\x7f]/
const PERCENT = /%[0-9a-f]{2}/i
const PERCENTS = /(?:%[0-9a-f]{2})+/gi
/** In tag 5A, or between card number and expiry date in tag 57. */
const HEX_LETTERS = ['A', 'D', 'a', 'd']
/** Bytes in hexadecimal with something between them. It begins at a tag that can hold a card number (57 or 5A). */
const HEX_DUMP = /\b5[7A](?:[ :-][0-9A-F]{2}){8}/i
const HEX_DUMPS = /\b5[7A](?:[ :-][0-9A-F]{2}){8,}/gi

function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return ' '
  }
}

/** What becomes of each UTF-16 unit: 0 to 9 that digit, else one of these. */
const [UNKNOWN, KEPT, DROPPED] = [255, 254, 253]
const units = new Uint8Array(0x1_0000).fill(UNKNOWN)
const utf16 = new TextDecoder('utf-16le')

function plainDigits(text: string): string {
  const basic = ASTRAL.test(text) ? text.replace(ASTRAL_DIGITS, (character) => String(digitValue(character))) : text
  const plain = new Uint16Array(basic.length)
  let length = 0
  for (let i = 0; i < basic.length; i++) {
    const unit = basic.charCodeAt(i)
    if (units[unit] === UNKNOWN) units[unit] = meaningOf(String.fromCharCode(unit))
    const meaning = units[unit]!
    if (meaning === DROPPED) continue
    plain[length++] = meaning === KEPT ? unit : 0x30 + meaning
  }
  return utf16.decode(plain.subarray(0, length))
}

const ASTRAL = /[\ud800-\udbff]/
const ASTRAL_DIGITS = /(?=[\u{10000}-\u{10ffff}])\p{Nd}/gu
const DECIMAL = /^\p{Nd}$/u
/** Format characters (zero width, soft hyphen, direction), marks (variation selectors, the key of an emoji digit). */
const INVISIBLE = /^[\p{Cf}\p{M}]$/u
/** Superscripts, circled and other digits. */
const OTHER_NUMBER = /^\p{No}$/u

function meaningOf(character: string): number {
  if (INVISIBLE.test(character)) return DROPPED
  if (DECIMAL.test(character)) return digitValue(character)
  const compatible = OTHER_NUMBER.test(character) ? character.normalize('NFKC') : ''
  return /^\d$/.test(compatible) ? Number(compatible) : KEPT
}

/** Unicode has the decimal digits of each script in a row, 0 to 9; those for mathematics in rows behind each other. */
function digitValue(character: string): number {
  const compatible = character.normalize('NFKC')
  if (/^\d$/.test(compatible)) return Number(compatible)
  const code = character.codePointAt(0)!
  let zero = code
  while (code - zero < 9 && DECIMAL.test(String.fromCodePoint(zero - 1))) zero--
  return code - zero
}
