import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { invoiceJsonSchema } from '../../src/invoice/json-schema.ts'
import { day, instant, textNearSchema } from './documents-near-schema.ts'
import { judge } from './judge.ts'
import { type Breakable, plainSale } from './plain-sale.ts'
import { matchesPublishedSchema } from './published-schema.ts'

/** Every schema in a schema, with the path of the member it is for. */
function schemasIn(schema: Breakable, path = ''): [string, Breakable][] {
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, member]) =>
    schemasIn(member, `${path}/${name}`),
  )
  return [[path, schema], ...members, ...(schema.items ? schemasIn(schema.items, `${path}/*`) : [])]
}

describe('InvoiceSchema', () => {
  const schemas = schemasIn(invoiceJsonSchema())

  it('is closed everywhere except in extensions', () => {
    const open = schemas.filter(([, schema]) => schema.type === 'object' && schema.additionalProperties !== false)
    assert.deepEqual(
      open.map(([path]) => path),
      ['/extensions'],
    )
  })

  it('bounds every text, number and list', () => {
    for (const [path, schema] of schemas) {
      if (schema.type === 'string') assert.ok(schema.pattern ?? schema.const ?? schema.maxLength, path)
      if (schema.type === 'array') assert.ok(schema.maxItems, path)
      if (schema.type === 'integer')
        assert.ok(Number.isSafeInteger(schema.minimum) && Number.isSafeInteger(schema.maximum), path)
      assert.notEqual(schema.type, 'number', path)
    }
  })

  it('explains every member', () => {
    for (const [path, schema] of schemas.filter(([path]) => !path.endsWith('*'))) assert.ok(schema.description, path)
  })

  it('defaults nothing', () => {
    for (const [path, schema] of schemas) assert.ok(!('default' in schema), path)
  })
})

/** The rules that the schema says, and those of JSON that no schema can say. */
const SHAPE = /^(?:missing-|unknown-|wrong-|out-of-range|nul-|.*-not-real$)/
const BEYOND_SCHEMAS = /^(?:number-not-integer|number-too-large|lone-surrogate|too-deep|duplicate-member)$/

/** What the gateway says of the shape of a body: right, wrong, or wrong in a way that no schema can say. */
function shapeOf(text: string): 'right' | 'wrong' | 'beyond' {
  const result = judge(Buffer.from(text))
  if (result.kind === 'valid') return 'right'
  const codes = result.errors.map(({ code }) => code)
  if (result.kind === 'malformed') return codes.every((code) => BEYOND_SCHEMAS.test(code)) ? 'beyond' : 'wrong'
  return codes.some((code) => SHAPE.test(code)) ? 'wrong' : 'right'
}

describe('the published JSON Schema and the gateway', () => {
  const agree = (text: string) => {
    const shape = shapeOf(text)
    if (shape !== 'beyond') assert.equal(matchesPublishedSchema(JSON.parse(text)), shape === 'right', text)
    return shape
  }

  it('agree on documents that match, and on documents that nearly do', () => {
    const seen = { right: 0, wrong: 0, beyond: 0 }
    fc.assert(
      fc.property(textNearSchema, (text) => {
        seen[agree(text)]++
      }),
      { numRuns: 2_500 },
    )
    for (const [shape, count] of Object.entries(seen)) assert.ok(count > 100, `${shape}: ${count}`)
  })

  it('agree on days and times', () => {
    const dated = fc.record({ businessDate: day, startedAt: instant })
    fc.assert(
      fc.property(dated, (dates) => {
        agree(JSON.stringify({ ...plainSale(), ...dates }))
      }),
      { numRuns: 3_000 },
    )
  })

  it('agree on fractions, and differ only on how an integer is written', () => {
    const body = JSON.stringify({ ...plainSale(), extensions: { a: 'here' } })
    for (const [number, matches] of [
      ['1.5', false],
      ['1e-1', false],
      ['9007199254740993', false],
      ['1e400', false],
      ['1.0', true],
      ['1e3', true],
      ['-0', true],
    ] as const)
      for (const text of [body.replace('"here"', number), body.replace('"change":30', `"change":${number}`)]) {
        assert.equal(shapeOf(text), 'beyond', text)
        assert.equal(matchesPublishedSchema(JSON.parse(text)), matches, text)
      }
  })
})
