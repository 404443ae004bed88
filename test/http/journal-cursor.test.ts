import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { MAX_AHEAD } from '../../src/dedup/journal.ts'
import { Problem } from '../../src/errors.ts'
import { CursorSchema, cursorOf } from '../../src/http/journal-cursor.ts'

suite('the cursor of a journal', () => {
  test('lists the gaps between what is in Kafka', () => {
    assert.deepEqual(cursorOf({ kind: 'known', through: 7, ahead: [] }), { through: 7, ahead: [], missing: [] })
    const ahead = [
      [9, 9],
      [12, 20],
    ] as const
    assert.deepEqual(cursorOf({ kind: 'known', through: 7, ahead }), {
      through: 7,
      ahead: [
        [9, 9],
        [12, 20],
      ],
      missing: [
        [8, 8],
        [10, 11],
      ],
    })
  })

  test('has room for every range that the stage keeps', () => {
    const { ahead, missing } = CursorSchema.properties
    assert.deepEqual([ahead.maxItems, missing.maxItems], [MAX_AHEAD, MAX_AHEAD])
  })

  test('of a journal that a complete view has not seen begins at 0', () => {
    assert.deepEqual(cursorOf({ kind: 'new' }), { through: 0, ahead: [], missing: [] })
  })

  test('is a problem where the gateway cannot say: never a journal that was not seen', () => {
    const problems = { off: 'cursors-off', reading: 'cursors-unread', 'no-room': 'cursor-not-kept' } as const
    for (const [reason, slug] of Object.entries(problems))
      assert.throws(
        () => cursorOf({ kind: 'unavailable', reason: reason as keyof typeof problems }),
        (error) => error instanceof Problem && error.slug === slug,
      )
  })

  test('has every number up to its last one exactly once', () => {
    const distance = fc.integer({ min: 2, max: 5 })
    const length = fc.integer({ min: 0, max: 3 })
    const steps = fc.array(fc.tuple(distance, length), { maxLength: 8 })
    fc.assert(
      fc.property(fc.nat(5), steps, (through, given) => {
        let end = through
        const ahead = given.map(([step, more]): [number, number] => {
          const first = end + step
          end = first + more
          return [first, end]
        })
        const cursor = cursorOf({ kind: 'known', through, ahead })
        const listed = [...cursor.ahead, ...cursor.missing].sort(([a = 0], [b = 0]) => a - b)
        let next = through + 1
        for (const [first, last = 0] of listed) {
          assert.equal(first, next)
          next = last + 1
        }
        assert.equal(next, end + 1)
      }),
    )
  })
})
