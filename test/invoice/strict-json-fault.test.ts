import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { locateFault } from '../../src/invoice/strict-json-fault.ts'

const at = (text: string) => {
  const { code, pointer } = locateFault(text, 32)
  return `${code} ${pointer}`
}

describe('locateFault', () => {
  it('points to the first fault when there are several', () => {
    assert.equal(at('{"a":[1,{"b":1.5}],"a":1e5,'), 'number-not-integer /a/1/b')
  })

  it('points to the value that is no JSON', () => {
    assert.equal(at('{"lines":[{"n":1},{"n":nul}]}'), 'not-json /lines/1/n')
    assert.equal(at('{"lines":[1,]}'), 'not-json /lines/1')
    assert.equal(at('{"a":"\\q"}'), 'not-json /a')
  })

  it('points to the object whose next member is broken', () => {
    assert.equal(at('{"a":{"b":1,}}'), 'not-json /a')
    assert.equal(at('{"a":{"b":1,2}}'), 'not-json /a')
  })

  it('points to the document for what comes behind it', () => {
    assert.equal(at('{} {}'), 'not-json ')
  })

  it('escapes names as RFC 6901 says, and masks the ones that may be secrets', () => {
    assert.equal(at('{"a/b~c":1.5}'), 'number-not-integer /a~1b~0c')
    assert.equal(at('{"4111 1111 1111 1111":1.5}'), 'number-not-integer /(masked)')
    assert.equal(at(`{"${'x'.repeat(65)}":1,"${'x'.repeat(65)}":1}`), 'duplicate-member /(masked)')
  })
})
