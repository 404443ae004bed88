import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isIssued, issuedLengths } from '../../../src/invoice/card-numbers/issuers.ts'

const lengthsOf = (firstSix: number) =>
  [14, 15, 16, 17, 18, 19].filter((length) => {
    const lengths = issuedLengths(firstSix)
    return isIssued(lengths, length, true) || isIssued(lengths, length, false)
  })

test('an issuer has its prefixes, to both ends, and its lengths', () => {
  assert.deepEqual(lengthsOf(411111), [16, 18, 19])
  assert.deepEqual(lengthsOf(378282), [15])
  assert.deepEqual(lengthsOf(222099), [])
  assert.deepEqual(lengthsOf(222100), [16])
  assert.deepEqual(lengthsOf(272099), [16])
  assert.deepEqual(lengthsOf(272100), [])
  assert.deepEqual(lengthsOf(604200), [16, 17, 18, 19]) // UkrCard
  assert.deepEqual(lengthsOf(604201), [16]) // Cabal
  assert.deepEqual(lengthsOf(604401), [])
})

test('gift cards, fuel cards and SIM cards have no issuer here', () => {
  for (const firstSix of [600649, 603628, 700600, 707199, 894902]) assert.deepEqual(lengthsOf(firstSix), [])
})

test('some issuers have no check digit', () => {
  assert.ok(isIssued(issuedLengths(860012), 16, false))
  assert.ok(!isIssued(issuedLengths(411111), 16, false))
})
