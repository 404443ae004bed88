import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pointerStep } from '../../src/invoice/pointer.ts'

describe('pointerStep', () => {
  it('escapes as RFC 6901 says', () => {
    assert.equal(['a/b', 'm~n', '', '~1', 3].map(pointerStep).join(''), '/a~1b/m~0n//~01/3')
  })

  it('masks names that look like a card number or are too long to be names', () => {
    assert.equal(pointerStep('pan 4111111111111111'), '/(masked)')
    assert.equal(pointerStep('x'.repeat(65)), '/(masked)')
    assert.equal(pointerStep('x'.repeat(64)), `/${'x'.repeat(64)}`)
  })

  it('masks names that readers of the answer may refuse', () => {
    assert.equal(pointerStep('a\0b'), '/(masked)')
    assert.equal(pointerStep('a\ud83d'), '/(masked)')
    assert.equal(pointerStep('a😀'), '/a😀')
  })
})
