import { digitsOf, passesLuhn } from './card-number.ts'

/**
 * Whether what stands from `start` to `end` is part of an IBAN or a creditor reference, grouped or not: two letters,
 * two check digits, and the remainder of division by 97 is 1 (ISO 13616, ISO 11649). Reads a bounded part of the text.
 */
export function isInIban(text: string, start: number, end: number): boolean {
  const from = Math.max(start - MAX_IBAN_WRITTEN, 0)
  const around = text.slice(from, end + MAX_IBAN_WRITTEN)
  for (const { index } of around.slice(0, start - from + 2).matchAll(IBAN_START)) {
    for (const { index: after } of around.matchAll(IBAN_END)) {
      const compact = around.slice(index, after).replaceAll(SEPARATORS, '')
      const isAround = from + index <= start && from + after >= end
      if (isAround && compact.length >= 15 && compact.length <= 34 && hasRemainder1(compact)) return true
    }
  }
  return false
}

/** 34 characters in groups of four. */
const MAX_IBAN_WRITTEN = 42
const IBAN_START = /(?<![A-Za-z0-9])[A-Z]{2}(?=\d\d)/gi
const IBAN_END = /(?<=[A-Za-z0-9])(?![A-Za-z0-9])/g
const SEPARATORS = /[\s\p{Pd}]/gu

function hasRemainder1(iban: string): boolean {
  const moved = iban.slice(4) + iban.slice(0, 4)
  let remainder = 0
  for (const character of moved) {
    const value = Number.parseInt(character, 36)
    if (Number.isNaN(value)) return false
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return remainder === 1
}

/** Whether what stands from `start` to `end` is part of 32 or more hexadecimal digits with a letter: a hash, a UUID. */
export function isInHash(text: string, start: number, end: number): boolean {
  const [before = ''] = /[0-9a-f-]*$/i.exec(text.slice(Math.max(start - MAX_HASH, 0), start)) ?? []
  const [behind = ''] = /^[0-9a-f-]*/i.exec(text.slice(end, end + MAX_HASH)) ?? []
  const token = (before + text.slice(start, end) + behind).replaceAll('-', '')
  return token.length >= 32 && /^[0-9a-f]+$/i.test(token) && /[a-f]/i.test(token)
}

const MAX_HASH = 40

/**
 * A SIRET is a SIREN of 9 digits and the number of an establishment, which begins with 0 for all but a few companies.
 * Both pass Luhn's check (INSEE), so one Diners Club number in 100 can be one.
 */
export function isSiret(text: string): boolean {
  const digits = text.length === 14 && text[9] === '0' ? digitsOf(text) : null
  return digits !== null && passesLuhn(digits, 0, 9) && passesLuhn(digits, 0, 14)
}

/** A VAT number of Saudi Arabia or the Emirates: 15 digits that begin with 3 or 1, and end with 03 for the tax. */
export function isGulfVatNumber(text: string): boolean {
  return /^[13]\d{12}03$/.test(text)
}
