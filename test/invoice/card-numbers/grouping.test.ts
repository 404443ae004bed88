import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  isDateOrCounters,
  isPrintedGrouping,
  isPrintedSeparator,
  isRegularGrouping,
} from '../../../src/invoice/card-numbers/grouping.ts'

test('cards are printed in a few ways', () => {
  for (const lengths of [
    [4, 4, 4, 4],
    [4, 4, 4, 4, 3],
    [4, 6, 5],
    [4, 6, 4],
    [3, 5, 10, 1],
  ])
    assert.ok(isPrintedGrouping(lengths))
  for (const lengths of [[16], [4, 4, 4, 2], [8, 8], [4, 4, 4, 4, 4], [3, 3, 3, 5]])
    assert.ok(!isPrintedGrouping(lengths))
})

test('a regular grouping is as printed, or all alike but the last one', () => {
  for (const lengths of [[4, 6, 5], Array(16).fill(1), [2, 2, 2, 2, 2, 2, 2, 1], [8, 8], [6, 6, 4]])
    assert.ok(isRegularGrouping(lengths))
  for (const lengths of [
    [5, 6, 5],
    [4, 4, 8],
    [3, 4, 4, 4, 1],
  ])
    assert.ok(!isRegularGrouping(lengths))
})

test('blanks and dashes of any alphabet stand between printed groups', () => {
  for (const separator of [' ', '-', ' - ', '\u00a0', '\u2009', '\u2013', '\t'])
    assert.ok(isPrintedSeparator(separator))
  for (const separator of ['', '.', '/', ', ', '\n']) assert.ok(!isPrintedSeparator(separator))
})

test('store, date and number, or counters, may be grouped like a card', () => {
  for (const [lengths, digits] of [
    [[4, 4, 4, 4], '4711202603140042'],
    [[4, 6, 5], '371126031400042'],
    [[4, 6, 4], '36011403260042'],
    [[4, 4, 4, 4], '4711000100120345'],
  ] as const)
    assert.ok(isDateOrCounters(lengths, digits), digits)
  for (const [lengths, digits] of [
    [[4, 4, 4, 4], '4111111111111111'],
    [[4, 6, 5], '378282246310005'],
    [[4, 4, 4, 4], '4711202613140042'],
  ] as const)
    assert.ok(!isDateOrCounters(lengths, digits), digits)
})
