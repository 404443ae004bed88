import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordValue } from '../../../src/tools/tail/record-value.ts'

const HOSTILE = Buffer.from('{"a":"\u009b31m\u202e\x1b]0;x\x07"}\r\n')

test('a file or a pipe gets the bytes as they are', () => {
  assert.equal(recordValue(HOSTILE, false), HOSTILE)
  const noText = Buffer.from([0xff, 0x00, 0x9b])
  assert.equal(recordValue(noText, false), noText)
})

test('a terminal gets nothing that it obeys, and everything else as it is', () => {
  assert.equal(recordValue(HOSTILE, true), '{"a":"\\x9b31m\\u202e\\x1b]0;x\\x07"}\\r\n')
  assert.equal(recordValue(Buffer.from('{"a":"Brötchen 👩‍👩‍👧"}'), true), '{"a":"Brötchen 👩‍👩‍👧"}')
  assert.equal(recordValue(Buffer.from([0xff, 0x9b]), true), '\ufffd\ufffd')
})
