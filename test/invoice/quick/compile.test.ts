import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TSchema, Type } from '@sinclair/typebox'
import { compile } from '../../../src/invoice/quick/compile.ts'

test('a schema that asks for more than is checked is not compiled', () => {
  const schemas: [TSchema, RegExp][] = [
    [Type.Integer({ minimum: 0, maximum: 9, multipleOf: 3 }), /multipleOf/],
    [Type.Integer({ minimum: 0 }), /range/],
    [Type.String({ minLength: 2, maxLength: 9 }), /length/],
    [Type.String({ pattern: '^a*$', maxLength: 9, minLength: 1 }), /length/],
    [Type.Array(Type.Boolean(), { maxItems: 9, uniqueItems: true }), /uniqueItems/],
    [Type.Array(Type.Boolean()), /maxItems/],
    [Type.Number(), /number/],
    [
      Type.Object(
        { a: Type.Object({ b: Type.Null() }, { additionalProperties: false }) },
        { additionalProperties: false },
      ),
      /null/,
    ],
  ]
  for (const [schema, reason] of schemas) assert.throws(() => compile(schema, true), reason)
})
