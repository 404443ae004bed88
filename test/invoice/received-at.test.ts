import assert from 'node:assert/strict'
import { it } from 'node:test'
import { receivedAtText } from '../../src/invoice/received-at.ts'

it('writes each time as RFC 3339 in UTC, whichever came before', () => {
  for (const ms of [1_773_500_000_000, 1_773_500_000_000, 1_773_500_000_001, 1_773_500_000_000, 0]) {
    assert.equal(receivedAtText(new Date(ms)), new Date(ms).toISOString())
  }
})

it('throws for what is no time, and goes on', () => {
  assert.throws(() => receivedAtText(new Date(Number.NaN)), RangeError)
  assert.equal(receivedAtText(new Date(0)), '1970-01-01T00:00:00.000Z')
})
