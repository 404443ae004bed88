import { isIssued, MAX_LENGTH, MIN_LENGTH } from './issuers.ts'

/** Blanks and dashes of any alphabet: what people put between the groups of a card number. */
const SEPARATOR = '[\\s\\u00ad\\u200b\\p{Zs}\\p{Pd}]'
const RUNS = new RegExp(`\\d(?:${SEPARATOR}{0,3}\\d){${MIN_LENGTH - 1},}`, 'gu')
const MAYBE = new RegExp(RUNS.source, 'u')
const HEXADECIMAL = /[0-9a-f-]{32,}/gi
const SEPARATORS = new RegExp(`${SEPARATOR}+`, 'u')

/**
 * Whether the text holds what is almost certainly a payment card number. That is a run of 14 to 19 digits, or groups of
 * digits that make one, with blanks or dashes between them (3 to 6 digits each, the last 1 to 6). An issuer must use
 * its length and prefix, and its check digit must be right (Luhn, ISO/IEC 7812-1). Only whole runs count: parts of
 * longer numbers would match by chance. Visa numbers of 13 digits are left out, because one GTIN in ten passes Luhn.
 * Hashes and UUIDs are skipped: some would match by chance, and every time they are sent again.
 */
export function holdsCardNumber(text: string, exempt: (digits: string) => boolean = none): boolean {
  if (text.length < MIN_LENGTH || !MAYBE.test(text)) return false
  for (const [run] of text.replace(HEXADECIMAL, withoutHash).matchAll(RUNS)) {
    if (groupsHoldCardNumber(run.split(SEPARATORS), exempt)) return true
  }
  return false
}

const none = () => false

/** Cards are printed and typed as 4-4-4-4, 4-6-5, 4-6-4 or 4-4-4-4-3. 4711-000012345678 is a receipt number. */
const MIN_GROUP_LENGTH = 3
const MAX_GROUP_LENGTH = 6

function groupsHoldCardNumber(groups: readonly string[], exempt: (digits: string) => boolean): boolean {
  for (let first = 0; first < groups.length; first++) {
    let digits = ''
    for (let last = first; last < groups.length && digits.length < MAX_LENGTH; last++) {
      const group = groups[last] as string
      if (last > first && group.length > MAX_GROUP_LENGTH) break
      digits += group
      if (isCardNumber(digits) && !exempt(digits)) return true
      if (group.length < MIN_GROUP_LENGTH || group.length > MAX_GROUP_LENGTH) break
    }
  }
  return false
}

/** Luhn, issuer prefix and length of a text that is all digits. */
export function isCardNumber(digits: string): boolean {
  return digits.length >= MIN_LENGTH && digits.length <= MAX_LENGTH && isIssued(digits) && passesLuhn(digits)
}

function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(i) - 0x30
    const isDoubled = (digits.length - i) % 2 === 0
    sum += isDoubled ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit
  }
  return sum % 10 === 0
}

/** Masks 32 or more hexadecimal digits with a letter among them: that is a hash or a UUID. */
function withoutHash(token: string): string {
  return token.replaceAll('-', '').length >= 32 && /[a-f]/i.test(token) ? '#' : token
}

const QUICK = new Uint8Array(256).map((_, byte) => {
  const isDigit = byte >= 0x30 && byte <= 0x39
  return isDigit ? 2 : byte === 0x20 || byte === 0x2d || byte >= 0x80 ? 1 : 0
})

/**
 * A quick look at the bytes of a JSON text: false when it cannot hold a card number, so that its values need not be
 * visited. It looks at every 14th byte: 14 digits, with or without separators, cover at least one of these. A text with
 * an escape is always visited.
 */
export function mayHoldCardNumber(body: Uint8Array): boolean {
  if (body.includes(0x5c)) return true
  for (let i = MIN_LENGTH - 1; i < body.length; i += MIN_LENGTH) {
    if (QUICK[body[i] as number] === 0) continue
    let start = i
    while (start > 0 && QUICK[body[start - 1] as number] !== 0) start--
    let digits = 0
    let end = start
    for (; end < body.length && QUICK[body[end] as number] !== 0; end++) if (QUICK[body[end] as number] === 2) digits++
    if (digits >= MIN_LENGTH) return true
    i = end
  }
  return false
}
