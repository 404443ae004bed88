import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { invoiceJsonSchema } from '../../openapi/write-invoice-schema.ts'
import type { Breakable } from './plain-sale.ts'

/** Every schema in a schema, with the path of the member it is for. */
function schemasIn(schema: Breakable, path = ''): [string, Breakable][] {
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, member]) =>
    schemasIn(member, `${path}/${name}`),
  )
  return [[path, schema], ...members, ...(schema.items ? schemasIn(schema.items, `${path}/*`) : [])]
}

describe('InvoiceSchema', () => {
  const schemas = schemasIn(JSON.parse(invoiceJsonSchema()))

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
