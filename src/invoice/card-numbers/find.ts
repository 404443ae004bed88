import { type Candidate, isExpiry, someCandidate } from './digit-groups.ts'
import { isDateOrCounters, isPrintedGrouping, isPrintedSeparator, isRegularGrouping } from './grouping.ts'
import { MIN_LENGTH } from './issuers.ts'
import { isGulfVatNumber, isInHash, isInIban, isSiret } from './own-check.ts'
import { readings } from './readings.ts'
import { isTrackData } from './track-data.ts'
import { isBesideCardWord } from './words.ts'

/**
 * What the place of a text says about a number in it.
 *
 * - `card`: it stands in a member for card numbers. Any grouping is one.
 * - `payment`: in a member for means of payment.
 * - `identity`: it names the invoice, and is logged. A number with a check of its own may stand there.
 * - `other`: in a member for another number, an order or a tax id.
 * - `none`: nothing.
 *
 * In the last two, digits alone are no evidence: see `isEvident`.
 */
export type Place = 'card' | 'payment' | 'identity' | 'other' | 'none'

/** `track`: what a reader gets from a card. `number`: a card number. */
export type Finding = 'track' | 'number' | null

/**
 * What of a card the text holds. `placeOf` is called only if it holds digits that can be a card number. Takes time in
 * proportion to the length of the text.
 */
export function findCard(text: string, placeOf: () => Place): Finding {
  if (text.length < MIN_LENGTH || !hasDigits(text)) return null
  let finding: Finding = null
  let place: Place | undefined
  for (const reading of readings(text)) {
    // Words before an earlier number say nothing about a later one, and are not read again.
    let endBefore = 0
    let wordsFrom = 0
    const isFound = someCandidate(
      reading,
      (candidate) => {
        place ??= placeOf()
        if (candidate.start >= endBefore) wordsFrom = endBefore
        endBefore = Math.max(endBefore, candidate.end)
        return isEvident(reading, candidate, place, wordsFrom) && !isSomethingElse(reading, candidate)
      },
      (start, end) => {
        if (isTrackData(reading, start, end)) finding = 'track'
        return finding !== null
      },
    )
    if (finding !== null) return finding
    if (isFound) return 'number'
  }
  return null
}

/** Whether there are enough characters that may be digits. Most texts end here. */
function hasDigits(text: string): boolean {
  let digits = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (((code >= 0x30 && code <= 0x39) || code >= 0x80) && ++digits === MIN_LENGTH) return true
  }
  return false
}

/** Whether place, words or grouping say that this is a card number. Words are looked for from `from`. */
function isEvident(text: string, candidate: Candidate, place: Place, from: number): boolean {
  const { lengths, hasExpiry, start, end } = candidate
  const isOneGroup = lengths.length === 1
  const written = () => text.slice(start, end)
  switch (place) {
    case 'card':
    case 'payment':
      if (isOneGroup) return !hasExpiry || !isGlued(text, start, end)
      return place === 'card' || (isRegularGrouping(lengths) && !isInLongerRow(text, candidate))
    case 'identity':
      if (isOneGroup) return !hasExpiry && !isSiret(written()) && !isGulfVatNumber(written())
      return isRegularGrouping(lengths) && !isInLongerRow(text, candidate) && !isDateOrCounters(lengths, written())
    default:
      if (isOneGroup) return isBesideCardWord(text, from, start, end)
      if (!isRegularGrouping(lengths) || isInLongerRow(text, candidate)) return false
      if (isBesideCardWord(text, from, start, end)) return true
      if (!isPrintedGrouping(lengths) || !isWhole(text, candidate)) return false
      return place === 'none' || !isDateOrCounters(lengths, written())
  }
}

/** Whether a letter stands just before or behind. Then an expiry date may be the rest of a longer code. */
function isGlued(text: string, start: number, end: number): boolean {
  return /\p{L}/u.test(text[start - 1] ?? '') || /\p{L}/u.test(text[end] ?? '')
}

/**
 * Whether the row of groups goes on: before or behind is one as long as the first. A year before and an expiry date
 * behind are no part of the row.
 */
function isInLongerRow(text: string, { start, end, lengths }: Candidate): boolean {
  const [, before = ''] = /(\d+)[^\p{L}\d]{1,3}$/u.exec(text.slice(Math.max(start - 12, 0), start)) ?? []
  const [, behind = ''] = /^[^\p{L}\d]{1,3}(\d+)/u.exec(text.slice(end, end + 12)) ?? []
  const goesOn = (group: string) => group.length === lengths[0]
  return (goesOn(before) && !/^20[0-4]\d$/.test(before)) || (goesOn(behind) && !isExpiry(behind))
}

/** Whether the groups stand alone: no group before or behind them, only whole dates, times or decimals (`12/27`). */
function isWhole(text: string, { start, end, separator }: Candidate): boolean {
  if (separator === null || !isPrintedSeparator(separator)) return false
  const textBefore = text.slice(Math.max(start - 16, 0), start)
  if (/\d[./_]$|\+$/.test(textBefore)) return false
  const [, before = ''] = /(\S*\d)[\t\p{Zs}\p{Pd}]{1,3}$/u.exec(textBefore) ?? []
  const [, behind = ''] = /^[\t\p{Zs}\p{Pd}/_]{1,3}(\d\S*)/u.exec(text.slice(end, end + 16)) ?? []
  return [before, behind].every((token) => token === '' || /\d[.,:/]\d/.test(token))
}

function isSomethingElse(text: string, { start, end }: Candidate): boolean {
  return isInHash(text, start, end) || isInIban(text, start, end)
}
