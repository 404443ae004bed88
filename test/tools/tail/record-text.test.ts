import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { LogRecord } from '../../../src/kafka/read-topic.ts'
import { recordJson } from '../../../src/tools/tail/record-json.ts'
import { recordText } from '../../../src/tools/tail/record-text.ts'

const RECORD: LogRecord = {
  partition: 3,
  offset: 42,
  timestampMs: Date.UTC(2026, 2, 1, 6, 0, 0, 5),
  key: Buffer.from('S1'),
  value: Buffer.from('{"a":1}'),
  headers: { ce_id: Buffer.from('7'), twice: [Buffer.from('1'), Buffer.from('2')] },
}
const json = (record: LogRecord) => JSON.parse(recordJson(record))

test('a record for people has its place, time, key, headers and value', () => {
  const expected = `partition 3 offset 42 2026-03-01T06:00:00.005Z key S1
  ce_id: 7
  twice: 1
  twice: 2
    {"a":1}

`
  assert.equal(recordText(RECORD), expected)
})

test('what is not there is not the text null', () => {
  const nothing = recordText({ ...RECORD, key: null, value: null, headers: {} })
  assert.equal(nothing, 'partition 3 offset 42 2026-03-01T06:00:00.005Z no key no value\n\n')
  const named = recordText({ ...RECORD, key: Buffer.from('null'), value: Buffer.from('null'), headers: {} })
  assert.equal(named, 'partition 3 offset 42 2026-03-01T06:00:00.005Z key null\n    null\n\n')
  assert.deepEqual(json({ ...RECORD, key: null, value: null, headers: {} }), {
    ...{ partition: 3, offset: 42, timestamp: '2026-03-01T06:00:00.005Z', key: null, headers: {}, value: null },
  })
})

test('a record cannot make the terminal do anything, nor forge a line of the tail', () => {
  const hostile = fc
    .array(
      fc.constantFrom('\x1b', ']0;x\x07', '\n', '\r', '\x9b', '\u202e', '\u2028', 'partition 9 offset 9 ', '\x7f', 'a'),
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(hostile, hostile, hostile, hostile, (key, name, header, value) => {
      const headers = { [`h${name}`]: Buffer.from(header) }
      const text = recordText({ ...RECORD, key: Buffer.from(key), headers, value: Buffer.from(value) })
      const [first, ...others] = text.split('\n')
      assert.match(first as string, /^partition 3 offset 42 2026-03-01T06:00:00\.005Z key /)
      for (const line of others) assert.match(line, /^( {2}|$)/)
      assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u)
    }),
  )
})

test('as JSON it is one line, and holds the same bytes: as text, or as base64 what is no text', () => {
  const bytes = fc.oneof(
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    fc.uint8Array().map(Buffer.from),
  )
  fc.assert(
    fc.property(fc.option(bytes), fc.option(bytes), bytes, (key, value, header) => {
      const written = recordJson({ ...RECORD, key, value, headers: { h: header } })
      assert.equal(written.indexOf('\n'), written.length - 1)
      const { headers, headersBase64, ...read } = JSON.parse(written)
      const bytesOf = (text: string | null | undefined, base64: string | undefined) =>
        base64 !== undefined ? Buffer.from(base64, 'base64') : text == null ? null : Buffer.from(text)
      assert.deepEqual(bytesOf(read.key, read.keyBase64), key)
      assert.deepEqual(bytesOf(read.value, read.valueBase64), value)
      assert.deepEqual(bytesOf(headers.h, headersBase64?.h), header)
    }),
  )
  const wrong = Buffer.from([0xff, 0xfe])
  assert.deepEqual(json({ ...RECORD, value: wrong, headers: { a: [wrong, Buffer.from('x')] } }), {
    ...{ partition: 3, offset: 42, timestamp: '2026-03-01T06:00:00.005Z', key: 'S1' },
    ...{ headers: {}, headersBase64: { a: ['//4=', 'eA=='] }, valueBase64: '//4=' },
  })
})

test('a timestamp that is none, or that no calendar has, is said to be none', () => {
  for (const timestampMs of [-1, 9.2e18, Number.NaN, Date.UTC(10_000, 0)]) {
    assert.match(recordText({ ...RECORD, timestampMs }), /^partition 3 offset 42 no time key S1\n/)
    assert.equal(json({ ...RECORD, timestampMs }).timestamp, null)
  }
})
