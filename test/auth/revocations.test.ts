import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Principal } from '../../src/auth/principal.ts'
import { isRevoked, readRevocations } from '../../src/auth/revocations.ts'

const ISSUED = Date.parse('2026-03-01T12:00:00Z')
const principal = (more: Partial<Principal> = {}): Principal => ({
  name: 'till-7',
  tokenId: 't1',
  stores: new Set(['S1', 'S2']),
  terminals: '*',
  scopes: new Set(['invoices:write']),
  issuedAtMs: ISSUED,
  expiresAtMs: ISSUED + 1,
  ...more,
})
const revocations = (tokens: string[], stores: Record<string, string> = {}) =>
  readRevocations(JSON.stringify({ tokens, stores }))

test('a token is revoked by its id', () => {
  assert.ok(isRevoked(revocations(['t0', 't1']), principal()))
  assert.ok(!isRevoked(revocations(['t0']), principal()))
})

test('the tokens of a store are revoked that were issued before a time; those for all stores are not', () => {
  assert.ok(isRevoked(revocations([], { S2: '2026-03-01T12:00:00.001Z' }), principal()))
  assert.ok(!isRevoked(revocations([], { S2: '2026-03-01T12:00:00Z' }), principal()), 'issued at that time')
  assert.ok(!isRevoked(revocations([], { S3: '2027-03-01T12:00:00Z' }), principal()))
  assert.ok(!isRevoked(revocations([], { S1: '2027-03-01T12:00:00Z' }), principal({ stores: '*' })))
})

test('the tokens of a name, and all tokens, are revoked that were issued before a time, also those for all stores', () => {
  const office = principal({ stores: '*' })
  const read = (more: object) => readRevocations(JSON.stringify({ tokens: [], stores: {}, ...more }))
  assert.ok(isRevoked(read({ names: { 'till-7': '2026-03-01T12:00:01Z' } }), office))
  assert.ok(!isRevoked(read({ names: { 'till-7': '2026-03-01T12:00:00Z', 'till-8': '2027-01-01T00:00:00Z' } }), office))
  assert.ok(isRevoked(read({ all: '2026-03-01T12:00:01Z' }), office))
  assert.ok(!isRevoked(read({ all: '2026-03-01T12:00:00Z' }), office))
})

test('a file that is not as it should be says so, and where', () => {
  for (const [text, told] of [
    ['', /JSON/],
    ['[]', /the file/],
    ['{"tokens":[]}', /\/stores/],
    ['{"tokens":[7],"stores":{}}', /\/tokens\/0/],
    ['{"tokens":[],"stores":{"S1":"yesterday"}}', /\/stores\/S1/],
    ['{"tokens":[],"stores":{"S1":"2026-13-01T12:00:00Z"}}', /\/stores\/S1 is no time/],
    ['{"tokens":[],"stores":{},"store":{}}', /\/store is/],
    ['{"tokens":[],"stores":{},"names":{"a":"now"}}', /\/names\/a/],
    ['{"tokens":[],"stores":{},"all":"2026-02-30T25:00:00Z"}', /\/all is no time/],
  ] as const)
    assert.throws(() => readRevocations(text), told, text)
})
