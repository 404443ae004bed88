import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { violationsOf } from './judge.ts'
import { type Breakable, plainSale } from './plain-sale.ts'

describe('checkNul', () => {
  it('finds U+0000 in every text and name, whether the contract knows the place or not', () => {
    const document: Breakable = plainSale()
    document.receiptNumber = 'a\0b'
    document.lines[1].description = '\0'
    document.extensions = { ok: 'a', list: [1, { deep: 'x\0' }], 'n\0me': 1 }
    assert.deepEqual(violationsOf(document), [
      'nul-character /receiptNumber',
      'nul-character /lines/1/description',
      'nul-character /extensions/list/1/deep',
      'nul-character /extensions/(masked)',
    ])
  })

  it('refuses in a lenient store too', () => {
    assert.deepEqual(violationsOf({ ...plainSale(), receiptNumber: '\0' }, 'lenient'), ['nul-character /receiptNumber'])
  })

  it('lets pass other control characters, and what only looks like an escape', () => {
    const document: Breakable = plainSale()
    document.lines[0].description = 'two\nlines\t\u0001\u007f\u009b \\u0000 \u2400'
    document.extensions = { '\u001b': '\u202e' }
    assert.deepEqual(violationsOf(document), [])
  })
})
