import { readFile, writeFile } from 'node:fs/promises'
import { InvoiceSchema } from '../src/invoice/schema.ts'

const FILE = new URL('invoice.schema.json', import.meta.url)

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
 * The schema of the invoice on its own, as JSON Schema 2020-12: what tills and their test suites validate with. It says
 * all that a schema can say, and its description says what it cannot.
 */
export function invoiceJsonSchema(): string {
  const { $id: _, ...schema } = InvoiceSchema
  const { extensions } = schema.properties
  const published = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:tillgate:schema:invoice:1.0',
    ...schema,
    properties: { ...schema.properties, extensions: { ...extensions, ...MEMBERS } },
    $defs: { value: VALUE },
  }
  return `${JSON.stringify(published, null, 2)}\n`
}

/** `node openapi/write-invoice-schema.ts [--check]`: writes the file, or exits with 1 when it is stale. */
if (import.meta.main) {
  const current = invoiceJsonSchema()
  if (!process.argv.includes('--check')) await writeFile(FILE, current)
  else if ((await readFile(FILE, 'utf8').catch(() => '')) !== current) {
    console.error('openapi/invoice.schema.json is stale: run npm run openapi')
    process.exitCode = 1
  }
}
