import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pointerStep } from '../../src/invoice/pointer.ts'

describe('pointerStep', () => {
  it('escapes as RFC 6901 says', () => {
    assert.equal(['a/b', 'm~n', '', '~1', 3].map(pointerStep).join(''), '/a~1b/m~0n//~01/3')
  })

  it('masks names with the digits of a card number, however they are written, and names that are too long', () => {
    for (const name of [
      'pan 4111111111111111',
      '4111x1111x1111x1111',
      '٤١١١١١١١١١١١١١١١',
      '411111111111',
      '4.1.1'.repeat(4),
    ])
      assert.equal(pointerStep(name), '/(masked)', name)
    assert.equal(pointerStep('line 41111111111'), '/line 41111111111')
    assert.equal(pointerStep('x'.repeat(65)), '/(masked)')
    assert.equal(pointerStep('x'.repeat(64)), `/${'x'.repeat(64)}`)
  })

  it('masks names that readers of the answer may refuse', () => {
    assert.equal(pointerStep('a\0b'), '/(masked)')
    assert.equal(pointerStep('a\ud83d'), '/(masked)')
    assert.equal(pointerStep('a😀'), '/a😀')
  })
})
