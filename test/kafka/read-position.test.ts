import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Position } from '../../src/kafka/read-position.ts'

const RANGES = [
  { partition: 0, from: 10, to: 13, end: 20 },
  { partition: 1, from: 0, to: 0, end: 0 },
]

test('a position wants every offset of its ranges once, in order, and no other', () => {
  const position = new Position(RANGES)
  assert.equal(position.total, 3)
  const wanted = [9, 10, 10, 11, 10, 12, 13, 12].map((offset) => position.passTo({ partition: 0, offset }))
  assert.deepEqual(wanted, [false, true, false, true, false, true, false, false])
  assert.equal(position.left, 0)
  assert.equal(position.next(0), undefined)
})

test('offsets that do not exist are passed by passing what follows them', () => {
  const position = new Position(RANGES)
  assert.equal(position.passTo({ partition: 0, offset: 11 }), true)
  assert.equal(position.next(0), 12)
  assert.equal(position.passTo({ partition: 0, offset: 17 }), false, 'behind the range: not wanted, but it is over')
  assert.equal(position.left, 0)
})

test('nothing is wanted of an empty range and of a partition without one', () => {
  const position = new Position(RANGES)
  for (const partition of [1, 2]) {
    assert.equal(position.next(partition), undefined)
    assert.equal(position.passTo({ partition, offset: 0 }), false)
  }
  assert.equal(position.left, 3)
})
