import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { AnswerReader } from './answer-reader.ts'
import { ATTACKS } from './attacks.ts'
import * as bodies from './bodies.ts'

test('every attack has a name of its own, words for people, and bounds', () => {
  const names = ATTACKS.map(({ name }) => name)
  assert.equal(new Set(names).size, names.length)
  for (const { name, what, connections, addresses = 1 } of ATTACKS) {
    assert.match(name, /^[a-z]+(-[a-z]+)*$/)
    assert.ok(what.length > 5 && what.length < 90, `${name}: ${what}`)
    assert.ok(connections <= 1_000 && addresses <= 254, name)
  }
})

test('the large bodies of posts are no longer than a gateway takes: else nobody would look into them', () => {
  const { digits, hugeNumber, hugeExponent, nested, open, escapes, duplicateKeys, indexKeys, unknownMembers } = bodies
  for (const body of [
    digits,
    hugeNumber,
    hugeExponent,
    nested,
    open,
    escapes,
    duplicateKeys,
    indexKeys,
    unknownMembers,
  ]) {
    const bytes = body().length
    assert.ok(bytes > 600_000 && bytes <= bodies.MAX_INVOICE_BYTES, `${bytes}`)
  }
})

test('each new sale has a number of its own, also in uploads: else conflicts would be measured', () => {
  const uploads = [bodies.newUpload(0, 3), bodies.newUpload(0, 3)]
  const sales = [bodies.newSale(0), bodies.newSale(0), ...uploads.map((upload) => gunzipSync(upload))]
  const lines = sales.flatMap((sale) => sale.toString().trim().split('\n'))
  const numbers = lines.map((line) => JSON.parse(line).sequenceNumber)
  assert.equal(numbers.length, 8)
  assert.equal(new Set(numbers).size, 8)
})

/** The statuses that are found in `text` when it comes in pieces of `size`. */
function statusesIn(text: string, size: number, hasBodies = true): number[] {
  const found: number[] = []
  const reader = new AnswerReader((status) => found.push(status))
  reader.hasBodies = hasBodies
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) reader.read(bytes.subarray(at, at + size))
  return found
}

test('answers are counted, however they are cut into pieces', () => {
  const answers = [
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 201 Created\r\ncontent-length: 3\r\n\r\nabc',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n',
    'HTTP/1.1 204 No Content\r\n\r\n',
    'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n',
  ].join('')
  for (const size of [1, 2, 7, 40, 10_000]) assert.deepEqual(statusesIn(answers, size), [201, 200, 204, 503], `${size}`)
  const toHead = 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n'
  assert.deepEqual(statusesIn(toHead + toHead, 10_000, false), [200, 200])
})
