import assert from 'node:assert/strict'
import { test } from 'node:test'
import { table } from '../../../src/tools/terminal/table.ts'

const rows = [
  ['second', 'planned', 'p99'],
  ['1', '1,000', '-'],
  ['12', '7', '25 ms'],
]

test('columns are as wide as their widest cell, with no spaces at the end of a line', () => {
  assert.equal(table(rows), 'second  planned  p99\n1       1,000    -\n12      7        25 ms')
})

test('numbers stand to the right where that is asked for', () => {
  assert.equal(table(rows, { rightFrom: 1 }), 'second  planned    p99\n1         1,000      -\n12            7  25 ms')
})

test('no rows are no text, and very many rows are no trouble', () => {
  assert.equal(table([]), '')
  assert.equal(table(Array.from({ length: 200_000 }, () => ['a', 'b'])).length, 200_000 * 5 - 1)
})
