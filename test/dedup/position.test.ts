import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { DamagedValue } from '../../src/dedup/damaged-value.ts'
import { positionIn, positionValue } from '../../src/dedup/position.ts'

suite('the value of a position', () => {
  test('is read as it was written', () => {
    for (const last of [null, { offset: 2 ** 40 - 1, fingerprint: '0123456789abcdef' }]) {
      const position = { next: 2 ** 40, timeMs: Date.UTC(2026, 0, 1), last }
      assert.deepEqual(positionIn(positionValue(position)), position)
    }
  })

  for (const value of [
    '',
    '{',
    'null',
    '[]',
    '{"version":2,"next":1,"timeMs":1,"last":null}',
    '{"version":1,"next":-1,"timeMs":1,"last":null}',
    '{"version":1,"next":1,"timeMs":1}',
    '{"version":1,"next":1,"timeMs":1,"last":{"offset":0}}',
    '{"version":1,"next":1,"timeMs":1,"last":{"offset":1,"fingerprint":"a"}}',
  ])
    test(`is refused when it is ${value || 'empty'}`, () => {
      assert.throws(() => positionIn(Buffer.from(value)), DamagedValue)
    })
})
