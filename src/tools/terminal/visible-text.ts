/**
 * Characters that a terminal obeys or hides instead of showing them: control characters (escape sequences begin with
 * one), line and paragraph separators, and those that change the direction of writing.
 */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Somebody else's text, made safe for a terminal, in one line: such characters become `\n`, `\x1b` or `\u202e`. */
export function visibleText(text: string): string {
  return text.replace(CONTROLS, (character) => SHORT[character] ?? escaped(character))
}

/** The same, but line feeds and tabs stay. The caller has to set its lines apart from others. */
export function visibleLines(text: string): string {
  return text.replace(CONTROLS, (character) =>
    character === '\n' || character === '\t' ? character : (SHORT[character] ?? escaped(character)),
  )
}

/** JSON in which such characters are JSON escapes: the same JSON, but safe on a terminal. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(CONTROLS, (character) => `\\u${hexOf(character, 4)}`)
}

function escaped(character: string): string {
  return character < '\u0100' ? `\\x${hexOf(character, 2)}` : `\\u${hexOf(character, 4)}`
}

function hexOf(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, '0')
}
