import { isCardNumber, isOfLengths, lengthsAt } from './card-number.ts'
import { MAX_LENGTH, MIN_LENGTH } from './issuers.ts'

/** Digits in a text that can be a card number: one group of them, or several. */
export interface Candidate {
  /** Where it begins and ends in the text. */
  readonly start: number
  readonly end: number
  /** The number of digits in each group. */
  readonly lengths: readonly number[]
  /** What stands between the groups; `null` if that is not the same everywhere. */
  readonly separator: string | null
  /** It is one group, and an expiry date (YYMM or MMYY) follows the card number in it. */
  readonly hasExpiry: boolean
}

/** At most this many characters other than letters stand between the groups of one number. */
const MAX_SEPARATOR = 3
/** Longer sequences of groups are something else. It leaves room for what stands before and after a card number. */
const MAX_DIGITS = 26
/** At most this many groups stand before a card number in a sequence. */
const MAX_LEADING_GROUPS = 2
const EXPIRY_LENGTH = 4

type Accept = (candidate: Candidate) => boolean

/**
 * Whether `accept` accepts one of the card numbers that may be in the text. `onLongGroup` is asked about each group of
 * 14 digits or more as well. Takes time in proportion to the length of the text: it is read once, and short sequences
 * of groups a second time.
 */
export function someCandidate(
  text: string,
  accept: Accept,
  onLongGroup: (start: number, end: number) => boolean = () => false,
): boolean {
  // No function in here uses these variables: that would make the loop slower.
  /** The groups that only separators divide, up to the present one. */
  let runStart = 0
  let runDigits = 0
  let isMixed = false
  /** The last of them, which the same separator divides; `gap` is where that is first, 0 if it is not known yet. */
  let alikeStart = 0
  let alikeDigits = 0
  let gap = 0
  let gapEnd = 0
  let startBefore = 0
  let endBefore = -MAX_SEPARATOR - 1 // nothing before

  const { length } = text
  for (let start = 0; start < length; start++) {
    if (!isDigit(text.charCodeAt(start))) continue
    let end = start + 1
    while (end < length && isDigit(text.charCodeAt(end))) end++

    if (!separates(text, endBefore, start)) {
      if (gap > 0 && mayHold(alikeDigits) && someWindow(text, alikeStart, endBefore, gap, gapEnd, accept)) return true
      if (isMixed && mayHold(runDigits) && someWindow(text, runStart, endBefore, 0, 0, accept)) return true
      runStart = alikeStart = start
      runDigits = alikeDigits = gap = 0
      isMixed = false
    } else if (gap === 0) {
      gap = endBefore
      gapEnd = start
    } else if (!isSame(text, gap, gapEnd, endBefore, start)) {
      if (mayHold(alikeDigits) && someWindow(text, alikeStart, endBefore, gap, gapEnd, accept)) return true
      alikeStart = startBefore
      alikeDigits = endBefore - startBefore
      gap = endBefore
      gapEnd = start
      isMixed = true
    }
    runDigits += end - start
    alikeDigits += end - start
    if (end - start >= MIN_LENGTH && (someInGroup(text, start, end, accept) || onLongGroup(start, end))) return true
    startBefore = start
    endBefore = end
    start = end
  }
  if (gap > 0 && mayHold(alikeDigits) && someWindow(text, alikeStart, endBefore, gap, gapEnd, accept)) return true
  return isMixed && mayHold(runDigits) && someWindow(text, runStart, endBefore, 0, 0, accept)
}

function mayHold(digitCount: number): boolean {
  return digitCount >= MIN_LENGTH && digitCount <= MAX_DIGITS
}

/** The groups that are looked at: their digits, where they begin and end. Reused, because there may be very many. */
const digits = new Uint8Array(MAX_DIGITS)
const starts = new Uint32Array(MAX_DIGITS)
const ends = new Uint32Array(MAX_DIGITS)

/** Whether one of the sequences of whole groups between `from` and `to` is accepted. */
function someWindow(text: string, from: number, to: number, gap: number, gapEnd: number, accept: Accept): boolean {
  const count = readGroups(text, from, to)
  let offset = 0
  for (let first = 0; first < count - 1 && first <= MAX_LEADING_GROUPS; first++) {
    let length = ends[first]! - starts[first]!
    if (length === 1 && first > 0) break // digit by digit, a number begins where the row does
    const issued = lengthsAt(digits, offset)
    for (let last = first + 1; last < count && length < MAX_LENGTH && issued !== 0; last++) {
      length += ends[last]! - starts[last]!
      if (!isOfLengths(issued, digits, offset, length)) continue
      const lengths = Array.from({ length: last - first + 1 }, (_, i) => ends[first + i]! - starts[first + i]!)
      const separator = gap > 0 ? text.slice(gap, gapEnd) : null
      const [start, end] = [starts[first]!, ends[last]!]
      if (accept({ start, end, lengths, separator, hasExpiry: false })) return true
    }
    offset += ends[first]! - starts[first]!
  }
  return false
}

/** Reads the groups of digits; returns how many there are. */
function readGroups(text: string, from: number, to: number): number {
  let count = 0
  let digitCount = 0
  for (let i = from; i < to; i++) {
    if (!isDigit(text.charCodeAt(i))) continue
    starts[count] = i
    for (; i < to && isDigit(text.charCodeAt(i)); i++) digits[digitCount++] = text.charCodeAt(i) - 0x30
    ends[count++] = i
  }
  return count
}

/** Whether the group is accepted, with or without an expiry date behind the card number. */
function someInGroup(text: string, start: number, end: number, accept: Accept): boolean {
  const length = end - start
  const pan = length - EXPIRY_LENGTH
  if (pan > MAX_LENGTH) return false
  for (let i = 0; i < length; i++) digits[i] = text.charCodeAt(start + i) - 0x30
  const group = { start, end, lengths: [length], separator: null }
  if (isCardNumber(digits, 0, length) && accept({ ...group, hasExpiry: false })) return true
  if (!isCardNumber(digits, 0, pan) || !isExpiry(text.slice(start + pan, end))) return false
  return accept({ ...group, hasExpiry: true })
}

/** Whether four digits can be an expiry date of these decades: YYMM as on the magnetic stripe, or MMYY. */
export function isExpiry(fourDigits: string): boolean {
  return /^(?:[2-4]\d(?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])[2-4]\d)$/.test(fourDigits)
}

/** Whether the characters from `start` to `end` only separate: they are few, and none is a letter. */
function separates(text: string, start: number, end: number): boolean {
  if (end - start > MAX_SEPARATOR) return false
  for (let i = start; i < end; i++) if (isLetter(text.charCodeAt(i))) return false
  return true
}

function isSame(text: string, start: number, end: number, otherStart: number, otherEnd: number): boolean {
  if (end - start !== otherEnd - otherStart) return false
  for (let i = 0; i < end - start; i++) if (text.charCodeAt(start + i) !== text.charCodeAt(otherStart + i)) return false
  return true
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** Only signs, blanks, symbols and emoji separate; any other character counts as a letter. */
function isLetter(code: number): boolean {
  if (code < 0x80) return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
  return !SEPARATING.some(([from, to]) => code >= from && code <= to)
}

/** UTF-16 units outside ASCII that separate: punctuation and symbols of Latin, general, CJK and full width; emoji. */
const SEPARATING: readonly (readonly [number, number])[] = [
  [0x80, 0xbf],
  [0x1680, 0x1680],
  [0x2000, 0x2bff],
  [0x3000, 0x303f],
  [0xd800, 0xdfff],
  [0xfe10, 0xfe6f],
  [0xff00, 0xff0f],
]
