import { InvoiceSchema } from './schema.ts'

const TEXT = { type: 'string', not: { pattern: '\\x00' } }
const MEMBERS = { propertyNames: TEXT, additionalProperties: { $ref: '#/$defs/value' } }

/** What may be in `extensions`. The OpenAPI document says it in words: many generators of clients fail at recursion. */
const VALUE = {
  description: 'Any value without U+0000 whose numbers are integers that every parser reads alike.',
  anyOf: [
    TEXT,
    { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
    { type: 'boolean' },
    { type: 'null' },
    { type: 'array', items: { $ref: '#/$defs/value' } },
    { type: 'object', ...MEMBERS },
  ],
}

/**
 * The schema of the invoice on its own, as JSON Schema 2020-12: what tills and their test suites validate with, and what
 * readers find in the topics. It says all that a schema can say, and its description says what it cannot.
 */
export function invoiceJsonSchema(): object {
  const { $id: _, ...schema } = InvoiceSchema
  const { extensions } = schema.properties
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:tillgate:schema:invoice:1.0',
    ...schema,
    properties: { ...schema.properties, extensions: { ...extensions, ...MEMBERS } },
    $defs: { value: VALUE },
  }
}
