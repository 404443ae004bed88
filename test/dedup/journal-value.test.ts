import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { DamagedValue } from '../../src/dedup/damaged-value.ts'
import { hasTaken, newJournal, type RecentNumber, take } from '../../src/dedup/journal.ts'
import { journalValue, packedBound, packedIn, packJournal, unpackJournal } from '../../src/dedup/journal-value.ts'

const whole = fc.maxSafeInteger().map((number) => Math.abs(number) % 2 ** 50)
const recentNumber: fc.Arbitrary<Omit<RecentNumber, 'rawOffset'>> = fc.record({
  sequenceNumber: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 999_999_999_999 })),
  contentHash: fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  receivedAtMs: whole,
})
const journal = fc.array(recentNumber, { maxLength: 60 }).map((numbers) => {
  const built = newJournal()
  for (const [rawOffset, number] of numbers.entries())
    if (!hasTaken(built, number.sequenceNumber))
      take(built, { ...number, rawOffset: rawOffset * 977 }, rawOffset + 1, rawOffset % 9 === 0)
  return built
})

suite('the value of a journal', () => {
  test('is read as it was written, and is no longer than its bound', () => {
    fc.assert(
      fc.property(journal, (written) => {
        const packed = packJournal(written)
        assert.deepEqual(unpackJournal(packedIn(journalValue(packed))), written)
        assert.ok(packed.length <= packedBound(written))
      }),
    )
  })

  test('is refused when any byte of it is another, or missing', () => {
    fc.assert(
      fc.property(journal, fc.nat(), fc.integer({ min: 1, max: 255 }), (written, at, change) => {
        const value = journalValue(packJournal(written))
        const changed = Buffer.from(value)
        changed[at % value.length]! ^= change
        assert.throws(() => packedIn(changed), DamagedValue)
        assert.throws(() => packedIn(value.subarray(0, at % value.length)), DamagedValue)
      }),
    )
  })

  test('of a later version is refused with its number', () => {
    const value = journalValue(packJournal(newJournal()))
    value[0] = 9
    assert.throws(() => packedIn(value), /it is of version 9; this program knows version 1/)
  })
})
