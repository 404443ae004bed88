import { readFile, writeFile } from 'node:fs/promises'
import { InvoiceSchema } from '../src/invoice/schema.ts'

const FILE = new URL('invoice.schema.json', import.meta.url)

/**
 * The schema of the invoice on its own, as JSON Schema 2020-12: what tills and their test suites validate with. It says
 * the shape; the rules that no schema can say are documented beside it.
 */
export function invoiceJsonSchema(): string {
  const { $id: _, ...schema } = InvoiceSchema
  const published = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:tillgate:schema:invoice:1.0',
    ...schema,
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
