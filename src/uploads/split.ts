/** How the items of an upload are framed: one per line, or as the elements of a JSON array. */
export type Framing = 'lines' | 'array'

/** Where an item is in the body: from `start` up to, but not including, `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** `at`: the byte at which the body stops making sense. */
export type Split =
  | { readonly kind: 'items'; readonly items: readonly Span[] }
  | { readonly kind: 'too-many' }
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
  const items: Span[] = []
  for (let start = from; start < body.length; ) {
    const newline = body.indexOf(LF, start)
    const end = newline === -1 ? body.length : newline
    const item = trimmed(body, start, end)
    if (item.start < item.end && items.push(item) > maxItems) return { kind: 'too-many' }
    start = end + 1
  }
  return { kind: 'items', items }
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
