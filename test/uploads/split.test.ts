import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import * as fc from 'fast-check'
import { type Framing, split } from '../../src/uploads/split.ts'

/** The items as text, or why there are none. */
function itemsOf(body: string | Uint8Array, framing: Framing, maxItems = 1_000): readonly string[] | string {
  const bytes = Buffer.from(body as string)
  const found = split(bytes, framing, maxItems)
  if (found.kind === 'too-many') return found.kind
  if (found.kind === 'malformed') return `malformed at ${found.at}`
  if (found.kind === 'no-lines') return found.instead
  return found.items.map(({ start, end }) => bytes.toString('utf8', start, end))
}

const BLANKS = /^[ \t\r\n]+|[ \t\r\n]+$/g
const blank = fc.array(fc.constantFrom(' ', '\t', '\r', '\n'), { maxLength: 3 }).map((blanks) => blanks.join(''))
const value = fc
  .tuple(fc.json({ maxDepth: 3, depthSize: 'small' }), fc.constantFrom('', '\t', '  '))
  .map(([json, indent]) => JSON.stringify(JSON.parse(json), null, indent))

/** Whether a body of these lines is something else, by the rule in words: see `docs/uploads.md`. */
function isNoLines([first = '', second = '']: readonly string[]): boolean {
  const isUtf16 = /^(?:\0[^\0]){2}|^(?:[^\0]\0){2}/s.test(Buffer.from(first).toString('latin1'))
  return isUtf16 || first.startsWith('[') || (/^\{(?:.*[^}])?$/s.test(first) && /^["}]/.test(second))
}

suite('lines', () => {
  test('are the items, whatever is in them', () => {
    const text = fc.string({ unit: fc.constantFrom(...'{}[],:"\\a \t\r\n', 'é', '\0', '\ufeff'), maxLength: 60 })
    fc.assert(
      fc.property(text, (body) => {
        const expected = body
          .replace(/^\ufeff/, '')
          .split('\n')
          .flatMap((line) => line.replaceAll(BLANKS, '') || [])
        fc.pre(!isNoLines(expected))
        assert.deepEqual(itemsOf(body, 'lines'), expected)
        if (expected.length > 0) assert.equal(itemsOf(body, 'lines', expected.length - 1), 'too-many')
        assert.deepEqual(itemsOf(body, 'lines', expected.length), expected)
      }),
      { numRuns: 2_000 },
    )
  })

  test('may be none, end with or without a line feed, and have blanks around them', () => {
    assert.deepEqual(itemsOf('', 'lines'), [])
    assert.deepEqual(itemsOf('\n\r\n \t\n', 'lines'), [])
    assert.deepEqual(itemsOf('{"a":1}\r\n\n\t{"b":2} \n3', 'lines'), ['{"a":1}', '{"b":2}', '3'])
  })

  test('are not counted beyond the limit', () => {
    assert.equal(itemsOf('1\n2\n3', 'lines', 2), 'too-many')
    assert.deepEqual(itemsOf('1\n2\n\n', 'lines', 2), ['1', '2'])
  })
})

suite('what is no lines of invoices', () => {
  const INVOICE = '{"storeId":"S1","lines":[]}'
  const pretty = JSON.stringify(JSON.parse(INVOICE), null, 2)
  const instead = (body: string | Uint8Array) => itemsOf(body, 'lines', 2)

  test('is told as a whole, also where it would be too many', () => {
    for (const more of ['', `\n${INVOICE}`.repeat(3)]) {
      assert.equal(instead(gzipSync(INVOICE + more)), 'compressed')
      assert.equal(instead(zstdCompressSync(INVOICE + more)), 'compressed')
      assert.equal(instead(Buffer.from(`\ufeff${INVOICE}${more}`, 'utf16le')), 'UTF-16')
      assert.equal(instead(Buffer.from(`\ufeff${INVOICE}${more}`, 'utf16le').swap16()), 'UTF-16')
      assert.equal(instead(Buffer.from(INVOICE + more, 'utf16le')), 'UTF-16')
      assert.equal(instead(Buffer.from(INVOICE + more, 'utf16le').swap16()), 'UTF-16')
      assert.equal(instead(`[${INVOICE}${more.replaceAll('\n', ',\n')}]`), 'an array')
      assert.equal(instead(`\ufeff\n [\n${INVOICE}${more.replaceAll('\n', ',\n')}\n]`), 'an array')
      assert.equal(instead(`[\n${INVOICE},${more.replaceAll('\n', ',\n')}`), 'an array')
      assert.equal(instead(pretty + more), 'spread')
      assert.equal(instead(`\r\n${pretty.replaceAll('\n', '\r\n')}${more}`), 'spread')
      assert.equal(instead(INVOICE.replace(',', ',\n') + more), 'spread')
    }
  })

  test('is not a first line that is damaged, cut off or alone: the others are judged all the same', () => {
    for (const first of [
      'x',
      '\0\0\0\0',
      `\0${INVOICE}`,
      '{',
      '{"a":1',
      '}',
      '"a":1}',
      '1',
      'null',
      '{"a":"["}',
      INVOICE,
    ]) {
      assert.deepEqual(itemsOf(`${first}\n${INVOICE}`, 'lines'), [first, INVOICE])
      assert.deepEqual(itemsOf(first, 'lines'), [first])
    }
    for (const first of ['[', '[1]', `[${INVOICE},`])
      assert.deepEqual(itemsOf(`${first}\n${INVOICE}\n${INVOICE}`, 'lines'), [first, INVOICE, INVOICE])
    assert.deepEqual(itemsOf(`${INVOICE}\n"\n[\n${pretty.split('\n')[1]}`, 'lines').length, 4)
  })
})

test('one byte order mark at the start belongs to no item', () => {
  assert.deepEqual(itemsOf('\ufeff{"a":1}\n\ufeff{"b":2}', 'lines'), ['{"a":1}', '\ufeff{"b":2}'])
  assert.deepEqual(itemsOf('\ufeff [1]\n', 'array'), ['1'])
  assert.equal(itemsOf('\ufeff\ufeff[1]', 'array'), 'malformed at 3')
  assert.deepEqual(itemsOf('\ufeff', 'lines'), [])
})

suite('an array', () => {
  test('of any JSON values is split into exactly their bytes', () => {
    const elements = fc.array(fc.tuple(blank, value, blank), { maxLength: 8 })
    fc.assert(
      fc.property(elements, blank, blank, (parts, before, behind) => {
        const body = `${before}[${parts.map((part) => part.join('')).join()}]${behind}`
        const expected = parts.map(([, text]) => text)
        assert.deepEqual(itemsOf(body, 'array'), expected)
        if (expected.length > 0) assert.equal(itemsOf(body, 'array', expected.length - 1), 'too-many')
      }),
      { numRuns: 1_000 },
    )
  })

  test('of anything: what JSON.parse takes as an array has as many items, each worth the same', () => {
    const text = fc.string({ unit: fc.constantFrom(...'[[]],,{}"":\\01 \n'), maxLength: 14 })
    const parse = (json: string): unknown => {
      try {
        return JSON.parse(json)
      } catch {
        return undefined
      }
    }
    fc.assert(
      fc.property(text, (inside) => {
        const body = `[${inside}]`
        const found = itemsOf(body, 'array')
        const parsed = parse(body)
        if (Array.isArray(parsed)) assert.deepEqual(Array.isArray(found) && found.map(parse), parsed)
        else if (Array.isArray(found))
          assert.ok(
            found.some((item) => parse(item) === undefined),
            'the fault is in an item',
          )
      }),
      { numRuns: 10_000 },
    )
  })

  for (const [body, at] of [
    ['', 0],
    ['  ', 2],
    ['{}', 0],
    ['[', 1],
    ['[1', 2],
    ['[,]', 1],
    ['[1,]', 3],
    ['[1,,2]', 3],
    ['[1]2', 2],
    ['[1][2]', 2],
    ['[1]]', 2],
    ['[}', 1],
    ['[1}', 2],
    ['[[1]', 4],
    ['["]', 3],
    ['["\\"]', 5],
    ['[{"a":"\\', 8],
  ] as const) {
    test(`${JSON.stringify(body)} is none: see byte ${at}`, () => {
      assert.equal(itemsOf(body, 'array'), `malformed at ${at}`)
    })
  }

  test('may be empty', () => {
    assert.deepEqual(itemsOf('[]', 'array'), [])
    assert.deepEqual(itemsOf(' [ \n] ', 'array'), [])
  })

  test('is not looked into: what is inside an item is its own fault', () => {
    assert.deepEqual(itemsOf('[{"a" 1},tru,"\\q",{]]', 'array'), ['{"a" 1}', 'tru', '"\\q"', '{]'])
    assert.deepEqual(itemsOf('["],[","\\\\","\\"]"]', 'array'), ['"],["', '"\\\\"', '"\\"]"'])
  })
})
