import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Position } from '../../src/kafka/read-position.ts'

const RANGES = [
  { partition: 0, start: 0, from: 10, to: 13, end: 20 },
  { partition: 1, start: 0, from: 0, to: 0, end: 0 },
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

test('what was deleted before it was read is passed, and told from what had been read already', () => {
  const position = new Position(RANGES)
  position.passTo({ partition: 0, offset: 10 })
  assert.equal(position.passDeleted(new Map([[0, 11]])), false, 'all that was deleted had been read')
  assert.equal(position.passDeleted(new Map([[0, 12]])), true)
  assert.equal(position.next(0), 12)
  assert.equal(position.passDeleted(new Map([[0, 12]])), false, 'it is told once')
  assert.equal(position.passDeleted(new Map([[0, 99]])), true)
  assert.equal(position.left, 0)
})

test('a gap that a fetch leaves was deleted if the partition starts behind its first offset, and is compaction otherwise', () => {
  const position = new Position(RANGES)
  position.beginAt({ partition: 0, offset: 10 })
  assert.equal(position.hasGaps, false)
  for (const [start, isDeleted] of [
    [10, false],
    [12, true],
  ] as const) {
    const position = new Position(RANGES)
    position.beginAt({ partition: 0, offset: 12 })
    position.passTo({ partition: 0, offset: 12 })
    assert.equal(position.hasGaps, true)
    assert.equal(position.passDeleted(new Map([[0, start]])), isDeleted)
    assert.equal(position.hasGaps, false)
  }
})

test('a range without an end is never over, and a partition may be added to it', () => {
  const position = new Position([{ partition: 0, start: 0, from: 5, to: Number.POSITIVE_INFINITY, end: 5 }])
  assert.equal(position.passTo({ partition: 0, offset: 1_000_000 }), true)
  assert.equal(position.left, Number.POSITIVE_INFINITY)
  assert.equal(position.next(1), undefined)
  position.add(1)
  position.add(0)
  assert.deepEqual([position.next(0), position.next(1)], [1_000_001, 0])
})
