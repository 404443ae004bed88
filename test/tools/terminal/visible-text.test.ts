import assert from 'node:assert/strict'
import { test } from 'node:test'
import { visibleJson, visibleLines, visibleText } from '../../../src/tools/terminal/visible-text.ts'

const HOSTILE = [
  '\x1b[2J',
  '\x1b]0;owned\x07',
  '\r',
  '\x7f',
  '\x9b31m',
  '\u202eexe.\u202c',
  '\u2066',
  '\u200f',
  '\u2028',
  '\u2029',
  '\0',
]
const OBEYED = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u

test('what a terminal would obey is shown, and nothing else is changed', () => {
  assert.equal(visibleText('a\x1b[31mb\n\r\t\x9b\u202e\u2028c'), 'a\\x1b[31mb\\n\\r\\t\\x9b\\u202e\\u2028c')
  const plain = 'Brötchen 1,20 € 👩‍👩‍👧 עברית \\n "x"'
  for (const visible of [visibleText, visibleLines]) assert.equal(visible(plain), plain)
  for (const text of HOSTILE) assert.doesNotMatch(visibleText(text), OBEYED)
})

test('line feeds and tabs may stay, carriage returns may not', () => {
  assert.equal(visibleLines('{\n\t"a": 1\r\n}\x1b'), '{\n\t"a": 1\\r\n}\\x1b')
})

test('JSON is the same JSON, without what a terminal would obey', () => {
  for (const text of HOSTILE) {
    const written = visibleJson({ [text]: [text] })
    assert.doesNotMatch(written, OBEYED)
    assert.deepEqual(JSON.parse(written), { [text]: [text] })
  }
})
