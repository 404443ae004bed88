import { readFile, writeFile } from 'node:fs/promises'
import { asyncapiDocument } from '../src/asyncapi/document.ts'
import { invoiceJsonSchema } from '../src/invoice/json-schema.ts'

/** What is served under the same names. */
const DOCUMENTS = { 'asyncapi.json': asyncapiDocument(), 'invoice.schema.json': invoiceJsonSchema() }

/**
 * `node openapi/write-documents.ts [--check]`: writes the AsyncAPI document and the schema of the invoice, or exits with
 * 1 when one of the files is stale.
 */
for (const [name, document] of Object.entries(DOCUMENTS)) {
  const file = new URL(name, import.meta.url)
  const text = `${JSON.stringify(document, null, 2)}\n`
  if (!process.argv.includes('--check')) await writeFile(file, text)
  else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
    console.error(`openapi/${name} is stale: run npm run openapi and commit what it writes`)
    process.exitCode = 1
  }
}
