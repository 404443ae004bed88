import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { parseStrictJson } from '../../src/invoice/strict-json.ts'
import { naiveParse } from './naive-json.ts'

const parse = (text: string | Buffer, maxDepth = 32) => parseStrictJson(Buffer.from(text as string), { maxDepth })
const faultOf = (text: string | Buffer, maxDepth?: number) => {
  const result = parse(text, maxDepth)
  return result.kind === 'value' ? 'no fault' : `${result.fault.code} ${result.fault.pointer}`
}

describe('parseStrictJson', () => {
  it('gives the value of what is strict JSON, blanks and escapes included', () => {
    const text =
      ' {"a":[1,-2,0,true,false,null,"\\u00e9\\n\\"{[:"],"ключ":{"":{}}, "9007199254740991":9007199254740991 }\r\n'
    assert.deepEqual(parse(text), { kind: 'value', value: JSON.parse(text), mayHoldNul: false })
    for (const scalar of ['1', '-1', '"x"', 'null', 'false']) assert.equal(parse(scalar).kind, 'value', scalar)
  })

  it('refuses bytes that are not UTF-8, and a byte order mark', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0xaf, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0xfe, 0xff],
    ])
      assert.equal(faultOf(Buffer.from(bytes)), 'invalid-utf8 ')
    assert.equal(faultOf('\ufeff{}'), 'byte-order-mark ')
  })

  it('refuses what is not JSON', () => {
    for (const text of [
      '',
      ' ',
      '{',
      '{}{}',
      '[1,]',
      '{"a":1,}',
      "{'a':1}",
      '{a:1}',
      '01',
      '+1',
      '[1 2]',
      'NaN',
      '"\t"',
      '"\\x"',
      '//',
      'nul',
      '{"a"}',
      '-',
      '"',
      '{"a":"\\',
      '\u0000',
      '{}\u0000',
    ])
      assert.match(faultOf(text), /^not-json/, text)
  })

  it('refuses a name that occurs twice in one object, at any level and however it is written', () => {
    assert.equal(faultOf('{"a":1,"b":{"c":[{"x":1,"y":2,"x":1}]}}'), 'duplicate-member /b/c/0/x')
    assert.equal(faultOf('{"sum":1,"\\u0073um":1}'), 'duplicate-member /sum')
    assert.equal(faultOf('{"":1,"":1}'), 'duplicate-member /')
    assert.equal(faultOf('{"é":1,"\\u00e9":1}'), 'duplicate-member /é')
    assert.equal(faultOf('{"1":1,"1":2}'), 'duplicate-member /1')
    assert.equal(faultOf('{"__proto__":1,"__proto__":2}'), 'duplicate-member /__proto__')
    assert.equal(faultOf('[{"a":1},{"a":1},{"b":{"a":1}}]'), 'no fault')
  })

  it('is not confused by colons, braces and quotes within texts', () => {
    assert.equal(faultOf('{"a:\\"":"b:{[\\\\","c":"\\\\\\":"}'), 'no fault')
  })

  it('refuses numbers that are no safe integers, and says where', () => {
    for (const number of ['1.0', '1e2', '1E+2', '-0', '0.5', '-1.5', '0e0', '-0.0'])
      assert.equal(faultOf(`{"a":{"b/~":[0,${number}]}}`), 'number-not-integer /a/b~1~0/1', number)
    for (const number of ['9007199254740992', '-9007199254740992', '9007199254740993', '1'.repeat(400)])
      assert.equal(faultOf(`[${number}]`), 'number-too-large /0', number)
    for (const number of ['9007199254740991', '-9007199254740991', '0', '-7']) assert.equal(faultOf(number), 'no fault')
  })

  it('refuses half of a surrogate pair, in a text or a name, and says where', () => {
    for (const text of ['"a\\ud83d"', '"\\uD83D\\uD83D"', '"\\ude00\\ud83d"', '"\\udfff"', '"\\ud83dx\\ude00"'])
      assert.equal(faultOf(`{"a":[1,${text}],"b":1}`), 'lone-surrogate /a/1', text)
    assert.match(faultOf('{"a":{"\\udbff":1}}'), /^lone-surrogate \/a\//)
    assert.equal(faultOf('{"a":["\\uddff",1.5],"a":1}'), 'lone-surrogate /a/0')
    for (const text of ['"\\ud83d\\ude00"', '"\\uD83D\\uDE00"', '"😀"', '"\\\\ud83d"', '"\\ud7ff\\ue000"', '"\\u0000"'])
      assert.equal(faultOf(`{${text}:${text}}`), 'no fault', text)
  })

  it('says whether a text or name may hold U+0000', () => {
    const mayHoldNul = (text: string) => {
      const result = parse(text)
      return result.kind === 'value' && result.mayHoldNul
    }
    for (const text of ['"\\u0000"', '{"a":["x\\u0000y"]}', '{"\\u0000":1}']) assert.ok(mayHoldNul(text), text)
    for (const text of ['"\\u0001\\u00e4\\u1000"', '"\\\\u0000"', '0']) assert.ok(!mayHoldNul(text), text)
  })

  it('counts depth as open objects and arrays, and refuses more than the limit', () => {
    const nested = (depth: number) => `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`
    assert.equal(faultOf(nested(32)), 'no fault')
    assert.match(faultOf(nested(34)), /^too-deep (\/0\/a){16}$/)
    assert.equal(faultOf('[[]]', 1), 'too-deep /0')
    assert.equal(faultOf('[[],[],{}]', 2), 'no fault')
  })

  it('survives a million brackets', () => {
    assert.match(faultOf('['.repeat(1_000_000)), /^too-deep/)
    assert.match(faultOf('{"a":'.repeat(200_000)), /^too-deep/)
    assert.match(faultOf(']'.repeat(1_000_000)), /^not-json/)
    assert.match(faultOf(`"${'\\u0061'.repeat(200_000)}`), /^not-json/)
  })

  it('changes no prototype', () => {
    const result = parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')
    assert.equal(result.kind, 'value')
    assert.equal((result as { value: { polluted?: number } }).value.polluted, undefined)
    assert.equal(({} as { polluted?: number }).polluted, undefined)
  })

  it('repeats no part of the body', () => {
    const secret = 'Geheimnis'
    for (const text of [`{"a":"${secret}"`, `{"a":${secret}}`, `["${secret}",1.5]`]) {
      const result = parse(text)
      assert.equal(result.kind, 'malformed')
      assert.ok(!JSON.stringify(result).includes(secret))
    }
  })

  it('agrees with a reader that follows the grammar, on texts near JSON', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '"\\u0061"',
      '"b"',
      '""',
      ' ',
      '1',
      '-',
      '0',
      '.5',
      'e3',
      '-0',
      '12',
      'true',
      'null',
      '9007199254740992',
      '"\\',
      '"',
      '\n',
      'é',
      '"é:{"',
      '"\\ud83d"',
      '"\\ud83d\\ude00"',
      '"\\udE00":',
    ]
    const nearJson = fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join(''))
    fc.assert(fc.property(nearJson, agrees), { numRuns: 20_000 })
  })

  it('agrees with it on JSON, whole and with one character changed', () => {
    const json = fc.json({ maxDepth: 5, stringUnit: 'binary', noUnicodeString: false } as fc.JsonSharedConstraints)
    fc.assert(fc.property(json, agrees), { numRuns: 2_000 })
    const edit = fc.record({
      json,
      at: fc.nat(),
      length: fc.nat({ max: 2 }),
      by: fc.constantFrom('', '"', ',', '}', '0', '.', '\\', ':', '['),
    })
    fc.assert(
      fc.property(edit, ({ json, at, length, by }) => {
        const start = at % (json.length + 1)
        agrees(json.slice(0, start) + by + json.slice(start + length))
      }),
      { numRuns: 5_000 },
    )
  })
})

function agrees(text: string): void {
  const bytes = Buffer.from(text)
  const expected = naiveParse(bytes.toString(), 4)
  const actual = parseStrictJson(bytes, { maxDepth: 4 })
  assert.equal(actual.kind, expected.ok ? 'value' : 'malformed', text)
  if (actual.kind === 'value' && expected.ok) assert.deepEqual(actual.value, expected.value)
}
