import type { Buffer } from 'node:buffer'

/** A place in the bytes of a JSON text. */
export interface Cursor {
  readonly bytes: Uint8Array
  /** The same bytes, each as one character: short pieces of it are cheap. What is not ASCII is not decoded. */
  readonly text: string
  at: number
}

/** Thrown where a value is not plainly right. It is never shown, so it needs no stack. */
export const NOT_SURE = Symbol('not sure')

export const [QUOTE, COMMA, COLON, BACKSLASH] = [0x22, 0x2c, 0x3a, 0x5c] as const
export const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d] as const
const SPACE = 0x20

export function cursorOf(body: Buffer): Cursor {
  return { bytes: body, text: body.toString('latin1'), at: 0 }
}

/** The next byte that is no white space (RFC 8259, 2). The cursor is put on it. -1: there is none. */
export function peek(cursor: Cursor): number {
  const { bytes } = cursor
  for (let { at } = cursor; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte > SPACE) {
      cursor.at = at
      return byte
    }
    if (byte !== SPACE && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) throw NOT_SURE
  }
  cursor.at = bytes.length
  return -1
}

/** Goes past this byte, and white space before it. */
export function expect(cursor: Cursor, byte: number): void {
  if (peek(cursor) !== byte) throw NOT_SURE
  cursor.at++
}

/** Goes past a comma, or past the bracket that closes a list. Whether it was the comma. */
export function hasMore(cursor: Cursor, close: number): boolean {
  const byte = peek(cursor)
  if (byte !== COMMA && byte !== close) throw NOT_SURE
  cursor.at++
  return byte === COMMA
}

/** Words as the bytes that they are in a JSON text. Of letters, digits, points and so on: none needs an escape. */
export function quoted(words: readonly string[]): readonly Uint8Array[] {
  return words.map((word) => new TextEncoder().encode(JSON.stringify(word)))
}

/** Goes past one of these words. Returns which one. It is looked for from `first` on. */
export function oneOfWords(cursor: Cursor, words: readonly Uint8Array[], first: number): number {
  if (peek(cursor) !== QUOTE) throw NOT_SURE
  const { bytes, at } = cursor
  let index = first
  for (let tried = 0; tried < words.length; tried++, index++) {
    if (index >= words.length) index = 0
    const word = words[index] as Uint8Array
    let i = 1
    while (i < word.length && bytes[at + i] === word[i]) i++
    if (i === word.length) {
      cursor.at = at + i
      return index
    }
  }
  throw NOT_SURE
}
