import { isCompressed } from './inflate.ts'

/** How the items of an upload are framed: one per line, or as the elements of a JSON array. */
export type Framing = 'lines' | 'array'

/** Where an item is in the body: from `start` up to, but not including, `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** What a body is that should be lines of invoices. `spread`: JSON with line breaks in it. */
export type NoLines = 'compressed' | 'UTF-16' | 'an array' | 'spread'

/** `at`: the byte at which the body stops making sense. */
export type Split =
  | { readonly kind: 'items'; readonly items: readonly Span[] }
  | { readonly kind: 'too-many' }
  | { readonly kind: 'no-lines'; readonly instead: NoLines }
  | { readonly kind: 'malformed'; readonly at: number }

/**
 * Finds the items of a body without looking into them: an error inside an item concerns that item only. Stops at
 * `maxItems`. Lines of white space are not items, and white space around an item does not belong to it. Nor does a byte
 * order mark at the start of the body.
 */
export function split(body: Uint8Array, framing: Framing, maxItems: number): Split {
  const from = hasMark(body) ? 3 : 0
  return framing === 'lines' ? splitLines(body, from, maxItems) : splitArray(body, from, maxItems)
}

const [TAB, LF, CR, SPACE, QUOTE, COMMA, BACKSLASH] = [0x09, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x5c] as const
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d] as const

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === LF || byte === CR || byte === TAB
}

/** The byte order mark of UTF-8, with which some programs begin every text file. */
function hasMark(body: Uint8Array): boolean {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf
}

function splitLines(body: Uint8Array, from: number, maxItems: number): Split {
  const first = nextLine(body, from)
  const instead = first === undefined ? undefined : insteadOfLines(body, first)
  if (instead !== undefined) return { kind: 'no-lines', instead }
  const items: Span[] = []
  for (let line = first; line !== undefined; line = nextLine(body, line.end))
    if (items.push(line) > maxItems) return { kind: 'too-many' }
  return { kind: 'items', items }
}

/** The next line that is not blank. */
function nextLine(body: Uint8Array, from: number): Span | undefined {
  for (let start = from; start < body.length; ) {
    const newline = body.indexOf(LF, start)
    const end = newline === -1 ? body.length : newline
    const line = trimmed(body, start, end)
    if (line.start < line.end) return line
    start = end + 1
  }
  return undefined
}

/**
 * What a body is that no till can have meant as lines of invoices, by its beginning. Each of its lines would be judged as an
 * invoice, by numbers that are not those of the till, and the till would put sales aside that nothing is wrong with. A
 * first line that is damaged or cut off is a line: the others are good all the same.
 */
function insteadOfLines(body: Uint8Array, first: Span): NoLines | undefined {
  const bytes = body.subarray(first.start, first.end)
  if (isCompressed(bytes)) return 'compressed'
  if (isUtf16(bytes)) return 'UTF-16'
  const second = nextLine(body, first.end)
  if (bytes[0] === OPEN_ARRAY) {
    // Before an invoice it is a damaged line, unless the body ends as an array does.
    const isLine = second !== undefined && isObject(body, second) && !isArrayEnd(body)
    return isLine ? undefined : 'an array'
  }
  if (bytes[0] !== OPEN_OBJECT || isObject(body, first)) return undefined
  // A line starts with a brace. Inside an object that is spread over lines, it starts with a name.
  const begin = second === undefined ? undefined : body[second.start]
  return begin === QUOTE || begin === CLOSE_OBJECT ? 'spread' : undefined
}

function isObject(body: Uint8Array, { start, end }: Span): boolean {
  return body[start] === OPEN_OBJECT && body[end - 1] === CLOSE_OBJECT
}

function isArrayEnd(body: Uint8Array): boolean {
  return body[trimmed(body, 0, body.length).end - 1] === CLOSE_ARRAY
}

/** By its byte order mark, or because every other byte of ASCII in it is zero. */
function isUtf16(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes
  if ((a === 0xfe && b === 0xff) || (a === 0xff && b === 0xfe)) return true
  if (bytes.length < 4) return false
  return (a === 0 && c === 0 && b !== 0 && d !== 0) || (b === 0 && d === 0 && a !== 0 && c !== 0)
}

/** The elements of the body, which has to be one array. Brackets inside an element only have to balance. */
function splitArray(body: Uint8Array, from: number, maxItems: number): Split {
  const { start: open, end: bodyEnd } = trimmed(body, from, body.length)
  if (body[open] !== OPEN_ARRAY) return { kind: 'malformed', at: open }
  const items: Span[] = []
  let depth = 0
  let start = open + 1
  for (let i = open; i < bodyEnd; i++) {
    const byte = body[i]
    if (byte === QUOTE) {
      i = endOfString(body, i)
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      depth++
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      depth--
    }
    const isEnd = depth === 0
    if (!isEnd && !(depth === 1 && byte === COMMA)) continue

    const item = trimmed(body, start, i)
    const isEmptyArray = isEnd && items.length === 0
    if (item.start === item.end && !isEmptyArray) return { kind: 'malformed', at: i }
    if (item.start < item.end && items.push(item) > maxItems) return { kind: 'too-many' }
    if (isEnd) {
      const isWhole = byte === CLOSE_ARRAY && i === bodyEnd - 1
      return isWhole ? { kind: 'items', items } : { kind: 'malformed', at: i }
    }
    start = i + 1
  }
  return { kind: 'malformed', at: bodyEnd }
}

/** Index of the quote that ends the string that begins at `start`, or the body's length. */
function endOfString(body: Uint8Array, start: number): number {
  let i = start + 1
  while (i < body.length && body[i] !== QUOTE) i += body[i] === BACKSLASH ? 2 : 1
  return i
}

function trimmed(body: Uint8Array, from: number, to: number): Span {
  let [start, end] = [from, to]
  while (start < end && isSpace(body[start])) start++
  while (start < end && isSpace(body[end - 1])) end--
  return { start, end }
}
