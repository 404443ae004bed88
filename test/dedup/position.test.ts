import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { DamagedValue } from '../../src/dedup/damaged-value.ts'
import { positionIn, positionValue } from '../../src/dedup/position.ts'

suite('the value of a position', () => {
  test('is read as it was written', () => {
    const position = { next: 2 ** 40, timeMs: Date.UTC(2026, 0, 1) }
    assert.deepEqual(positionIn(positionValue(position)), position)
  })

  for (const value of [
    '',
    '{',
    'null',
    '[]',
    '{"version":2,"next":1,"timeMs":1}',
    '{"version":1,"next":-1,"timeMs":1}',
  ])
    test(`is refused when it is ${value || 'empty'}`, () => {
      assert.throws(() => positionIn(Buffer.from(value)), DamagedValue)
    })
})
