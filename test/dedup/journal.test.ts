import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { hasTaken, newJournal, take } from '../../src/dedup/journal.ts'

const taken = (sequenceNumber: number) => ({ sequenceNumber, contentHash: '12345678', rawOffset: 0, receivedAtMs: 0 })

suite('a journal', () => {
  test('knows exactly the numbers that it took, as the fewest ranges', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }), (numbers) => {
        const journal = newJournal()
        const plain = new Set<number>()
        for (const number of numbers) {
          assert.equal(hasTaken(journal, number), plain.has(number))
          if (!plain.has(number)) take(journal, taken(number), 0, false)
          plain.add(number)
        }
        for (let number = 1; number <= 42; number++) assert.equal(hasTaken(journal, number), plain.has(number))
        let end = journal.through
        for (const [first, last] of journal.ahead) {
          assert.ok(first > end + 1 && last >= first)
          end = last
        }
      }),
    )
  })
})
