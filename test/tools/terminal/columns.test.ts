import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnsOf } from '../../../src/tools/terminal/columns.ts'

test('COLUMNS decides, then the terminal, then 80', () => {
  assert.equal(columnsOf({ columns: 120 }, { COLUMNS: '100' }), 100)
  assert.equal(columnsOf({ columns: 120 }, {}), 120)
  assert.equal(columnsOf({}, {}), 80)
  for (const COLUMNS of ['', '0', '-1', 'wide']) assert.equal(columnsOf({ columns: 0 }, { COLUMNS }), 80)
})
