import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printable } from '../../../src/tools/terminal/printable.ts'

test('text of others cannot move the cursor, begin a line or turn the direction; letters of all tongues stay', () => {
  assert.equal(printable('Käse 牛乳 😀'), 'Käse 牛乳 😀')
  assert.equal(printable('\x1b]0;title\x07\r\n\x9b2J\x7f'), '\\u001b]0;title\\u0007\\u000d\\u000a\\u009b2J\\u007f')
  assert.equal(printable('a\u202eb\u2066c\u2028d'), 'a\\u202eb\\u2066c\\u2028d')
})
