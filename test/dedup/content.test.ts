import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { canonicalForm, contentHash } from '../../src/dedup/content.ts'

const hashOf = (text: string) => contentHash(Buffer.from(text))

suite('the content of a value', () => {
  test('is the canonical form of RFC 8785', () => {
    const value = JSON.parse(
      '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","1":"One","\\ud83d\\ude02":"Smiley","\\ufb33":"Hebrew"}',
    )
    assert.equal(
      canonicalForm({ ...value, a: [1, true, null, '\u000f\n"\\'] }),
      '{"\\r":"Carriage Return","1":"One","a":[1,true,null,"\\u000f\\n\\"\\\\"],"\u20ac":"Euro Sign","\ud83d\ude02":"Smiley","\ufb33":"Hebrew"}',
    )
  })

  test('does not depend on spacing, escapes or the order of members, at any depth', () => {
    const value = fc.object({
      values: [fc.string({ unit: 'grapheme' }), fc.maxSafeInteger(), fc.boolean(), fc.constant(null)],
    })
    fc.assert(
      fc.property(value, (object) => {
        const plain = JSON.stringify(object)
        if (plain.includes('-0')) return
        assert.equal(hashOf(JSON.stringify(reversed(object), null, 3)), hashOf(plain))
      }),
    )
    assert.equal(hashOf('{"a":"\\u00e9"}'), hashOf('{"a":"é"}'))
  })

  test('is that of the bytes where JSON would lose something', () => {
    const pairs = [
      ['{"a":1.0}', '{"a":1}'],
      ['{"a":9007199254740993}', '{"a":9007199254740992}'],
      ['{"a":1,"a":2}', '{"a":2}'],
      ['no JSON', 'no  JSON'],
    ] as const
    for (const [one, other] of pairs) assert.notEqual(hashOf(one), hashOf(other))
    assert.equal(hashOf('no JSON'), hashOf('no JSON'))
  })

  test('tells names from others that would be written alike', () => {
    const written = [
      '{"a\\u0000b":1}',
      '{"a":1,"b":1}',
      '{"a\\u0000b":1,"c":1}',
      '{"a":1,"b\\u0000c":1}',
      '{"a":1,"b":1,"c":1}',
    ]
    assert.equal(new Set(written.map(hashOf)).size, written.length)
    assert.equal(canonicalForm(JSON.parse(written[0]!)), written[0])
  })

  test('of a value nested a million times is found without a stack overflow', () => {
    const deep = '['.repeat(1e6) + ']'.repeat(1e6)
    assert.equal(hashOf(deep), hashOf(deep))
  })
})

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  )
}
