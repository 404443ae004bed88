import {
  CARD_PARTS,
  CARD_STEMS,
  CARD_WORDS,
  OTHER_CARD_PARTS,
  OTHER_CARDS,
  OTHER_WORDS,
  PAYMENT_WORDS,
} from './word-lists.ts'

/** What a name or a word says about the number beside it; `other`: that it is something else than a card number. */
export type Meaning = 'card' | 'payment' | 'other'

const ASCII = /^[\0-\x7f]*$/

/** How many characters before and after a number are looked at. */
const BEFORE = 40
const AFTER = 16

const listed = (words: string) => new Set(words.trim().split(/\s+/).map(simple))
const cards = listed(CARD_WORDS)
const cardStems = [...listed(CARD_STEMS)]
const otherCards = listed(OTHER_CARDS)
const payments = listed(PAYMENT_WORDS)
const others = listed(OTHER_WORDS)
const cardParts = CARD_PARTS.map(simple)
const otherCardParts = OTHER_CARD_PARTS.map(simple)

/**
 * What the name of a member says; `null`: nothing. It may be one word in several (`dinersClub`, `presentKort`); otherwise
 * the last word that says anything decides: `cardOrderNumber`.
 */
export function meaningOfName(name: string): Meaning | null {
  const words = wordsIn(name.replaceAll(/(\p{Ll})(\p{Lu})|(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1$3 $2$4'))
  const joined = simple(words.join(''))
  if (cards.has(joined)) return 'card'
  return others.has(joined) ? 'other' : lastMeaning([simple(name), joined, ...words.map(simple)], true)
}

/**
 * Whether a word that says card stands beside the number from `start` to `end`: the last word before it that says
 * anything does, or else the first one behind it. Looks no further back than `from`.
 */
export function isBesideCardWord(text: string, from: number, start: number, end: number): boolean {
  const before = meaningOfWords(text, Math.max(from, start - BEFORE), start)
  if (before !== null) return before === 'card'
  if (!mayHaveLetter(text, end, end + AFTER)) return false
  const [behind = ''] = FIRST_WORD.exec(text.slice(end, end + AFTER)) ?? []
  return meaningOf(simple(behind), undefined, false) === 'card'
}

const FIRST_WORD = /[\p{L}\p{M}]+/u

function meaningOfWords(text: string, start: number, end: number): Meaning | null {
  return mayHaveLetter(text, start, end) ? lastMeaning(wordsIn(text.slice(start, end)).map(simple), false) : null
}

/** Texts of digits and blanks may be long, and this is asked about each number in them. */
function mayHaveLetter(text: string, start: number, end: number): boolean {
  for (let i = start; i < end && i < text.length; i++) if (text.charCodeAt(i) > 0x40) return true
  return false
}

function wordsIn(text: string): string[] {
  return text.match(/[\p{L}\p{M}]+/gu) ?? []
}

function lastMeaning(words: readonly string[], isName: boolean): Meaning | null {
  for (let i = words.length - 1; i >= 0; i--) {
    const meaning = meaningOf(words[i]!, words[i - 1], isName)
    if (meaning !== null) return meaning
  }
  return null
}

function meaningOf(word: string, before: string | undefined, isName: boolean): Meaning | null {
  if (!ASCII.test(word) && otherCardParts.some((part) => word.includes(part))) return 'other'
  if (saysCard(word)) return before !== undefined && otherCards.has(before) ? 'other' : 'card'
  if (isName && payments.has(word)) return 'payment'
  return others.has(word) ? 'other' : null
}

function saysCard(word: string): boolean {
  if (cards.has(word)) return true
  return ASCII.test(word)
    ? cardStems.some((stem) => word.startsWith(stem))
    : cardParts.some((part) => word.includes(part))
}

/** In lower case and without accents. Two letters are accents by another name: Unicode does not divide them. */
function simple(word: string): string {
  const lower = word.toLowerCase()
  if (ASCII.test(lower)) return lower
  return lower === 'thẻ'
    ? lower
    : lower
        .normalize('NFD')
        .replaceAll(/[\u0300-\u036f]/g, '')
        .replaceAll('ı', 'i')
        .replaceAll('ł', 'l')
        .normalize('NFC')
}
