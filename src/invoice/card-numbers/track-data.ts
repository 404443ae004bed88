import { isCardNumberText } from './card-number.ts'
import { MAX_LENGTH, MIN_LENGTH } from './issuers.ts'

/**
 * Whether the digits from `start` to `end` are part of what a reader gets from a card (ISO/IEC 7813, EMV Book 3):
 *
 * - track 1: `B`, card number, `^`, name, `^`, YYMM
 * - track 2: card number, `=` or `D`, YYMM; alone, or as the value of tag 57
 * - tag 5A: its length in bytes, then the card number, padded with `F`
 *
 * Nothing else looks like this, so it needs no other evidence. Takes the same time whatever the length of the text.
 */
export function isTrackData(text: string, start: number, end: number): boolean {
  switch (text[end]) {
    case '^':
      return isTrack1(text, start, end)
    case '=':
      return isTrack2(text, start, end, end + 1)
    case '%':
      return /^%3D/i.test(text.slice(end, end + 3)) && isTrack2(text, start, end, end + 3)
    case 'D':
    case 'd':
      // In a hash or a signature, digits before a D have a hexadecimal letter before them nearly always.
      if (!isHexLetter(text[start - 1]) || isTag57(text, start)) return isTrack2(text, start, end, end + 1)
  }
  return isTag5A(text, start, end)
}

function isTrack1(text: string, start: number, end: number): boolean {
  if (!isCardNumberText(text.slice(start, end))) return false
  return /[Bb]/.test(text[start - 1] ?? '') || /^\^[^^]{0,45}\^\d{4}/.test(text.slice(end, end + 51))
}

function isTrack2(text: string, start: number, end: number, expiry: number): boolean {
  if (!/^\d\d(?:0[1-9]|1[0-2])/.test(text.slice(expiry, expiry + 4))) return false
  if (isCardNumberText(text.slice(start, end))) return true
  for (let length = MIN_LENGTH; length <= MAX_LENGTH && length <= end - start; length++)
    if (isTag57(text, end - length) && isCardNumberText(text.slice(end - length, end))) return true
  return false
}

/** Whether tag 57 with a length of 10 to 19 bytes stands just before `at`. */
function isTag57(text: string, at: number): boolean {
  return /^57(?:0[A-F]|1[0-3])$/i.test(text.slice(Math.max(at - 4, 0), at))
}

/** Whether the value of tag 5A begins in this group, behind its length: `08` in the group, or `0A` before it. */
function isTag5A(text: string, start: number, end: number): boolean {
  let hasA = false
  for (let i = Math.max(start - 4, 0); i < start; i++) hasA ||= (text.charCodeAt(i) | 0x20) === 0x61
  if (!hasA) return false
  const before = text.slice(Math.max(start - 4, 0), start)
  if (/5A *[:=] ?$/i.test(before)) return isCardNumberText(text.slice(start, end))
  if (/5A0A$/i.test(before)) return isPadded(text.slice(start, start + 20))
  if (!/5A$/i.test(before)) return false
  const bytes = Number(/^0[7-9]/.exec(text.slice(start, start + 2))?.[0] ?? Number.NaN)
  return isPadded(text.slice(start + 2, start + 2 + 2 * bytes))
}

function isPadded(value: string): boolean {
  const [digits = ''] = /^\d*/.exec(value) ?? []
  return isCardNumberText(digits) && /^F*$/i.test(value.slice(digits.length))
}

function isHexLetter(character: string | undefined): boolean {
  return character !== undefined && /[A-Fa-f]/.test(character)
}
