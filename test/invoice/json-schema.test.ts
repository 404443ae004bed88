import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { invoiceJsonSchema } from '../../src/invoice/json-schema.ts'

test('the schema of the invoice that is checked in is that of the code', async () => {
  const file = await readFile(new URL('../../openapi/invoice.schema.json', import.meta.url), 'utf8')
  assert.equal(file, `${JSON.stringify(invoiceJsonSchema(), null, 2)}\n`)
})
