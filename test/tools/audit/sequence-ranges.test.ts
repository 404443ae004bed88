import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { SequenceCounts } from '../../../src/tools/audit/sequence-counts.ts'
import { SequenceRanges } from '../../../src/tools/audit/sequence-ranges.ts'

const numbers = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 80 })

function rangesOf(members: Iterable<number>): SequenceRanges {
  const ranges = new SequenceRanges()
  for (const member of members) ranges.add(member)
  return ranges
}

function membersOf(ranges: SequenceRanges): number[] {
  return [...ranges].flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
}

const rising = (members: Iterable<number>) => [...new Set(members)].sort((a, b) => a - b)

test('a million numbers in order are one range', () => {
  const ranges = new SequenceRanges()
  for (let number = 1; number <= 1_000_000; number++) assert.ok(ranges.add(number))
  assert.equal(ranges.rangeCount, 1)
  assert.equal(ranges.count, 1_000_000)
  assert.equal(ranges.add(1), false)
})

test('numbers of twelve digits are told apart', () => {
  const ranges = rangesOf([999_999_999_999, 999_999_999_997])
  assert.deepEqual(membersOf(ranges.missing()), [999_999_999_998])
})

test('ranges behave as a set, and are as few as possible', () => {
  fc.assert(
    fc.property(numbers, (members) => {
      const ranges = new SequenceRanges()
      const set = new Set<number>()
      for (const member of members) {
        assert.equal(ranges.add(member), !set.has(member))
        set.add(member)
      }
      const sorted = rising(set)
      assert.deepEqual(membersOf(ranges), sorted)
      assert.equal(ranges.count, set.size)
      assert.equal(ranges.rangeCount, sorted.filter((member) => !set.has(member - 1)).length)
      for (let number = 0; number <= 61; number++) assert.equal(ranges.has(number), set.has(number))
      const missing = Array.from({ length: 60 }, (_, i) => i + 1).filter(
        (number) => !set.has(number) && number > (sorted[0] ?? 99) && number < (sorted.at(-1) ?? 0),
      )
      assert.deepEqual(membersOf(ranges.missing()), missing)
    }),
  )
})

test('difference and intersection are those of sets', () => {
  fc.assert(
    fc.property(numbers, numbers, (left, right) => {
      const other = new Set(right)
      const without = rangesOf(left).without(rangesOf(right))
      const within = rangesOf(left).within(rangesOf(right))
      const isIn = (number: number) => other.has(number)
      assert.deepEqual(
        membersOf(without),
        rising(left).filter((number) => !isIn(number)),
      )
      assert.deepEqual(membersOf(within), rising(left).filter(isIn))
      assert.equal(without.count + within.count, new Set(left).size)
    }),
  )
})

test('the members below a number are those that are less', () => {
  fc.assert(
    fc.property(numbers, fc.integer({ min: 0, max: 62 }), (members, bound) => {
      const lower = rangesOf(members).below(bound)
      const expected = rising(members).filter((member) => member < bound)
      assert.deepEqual(membersOf(lower), expected)
      assert.equal(lower.count, expected.length)
    }),
  )
})

test('counts are those of a map from numbers to counts', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 80 }), (members) => {
      const counts = new SequenceCounts()
      const map = new Map<number, number>()
      for (const member of members) {
        map.set(member, (map.get(member) ?? 0) + 1)
        assert.equal(counts.add(member), map.get(member))
      }
      for (let number = 0; number <= 13; number++) assert.equal(counts.countOf(number), map.get(number) ?? 0)
      assert.equal(counts.most, Math.max(0, ...map.values()))
      for (let times = 1; times <= counts.most + 1; times++) {
        const expected = rising(map.keys()).filter((number) => (map.get(number) ?? 0) >= times)
        assert.deepEqual(membersOf(counts.atLeast(times)), expected)
      }
    }),
  )
})

test('numbers that all come three times are three ranges', () => {
  const counts = new SequenceCounts()
  for (let round = 0; round < 3; round++) for (let number = 1; number <= 10_000; number++) counts.add(number)
  assert.equal(counts.rangeCount, 3)
})
