import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import createClient from 'openapi-fetch'
import openapiTypescript, { astToString } from 'openapi-typescript'
import ts from 'typescript'
import { IDENTITY, listen, RECEIPT, testApp } from './test-app.ts'

const root = new URL('../../', import.meta.url)

/** A program as somebody who writes a till's software would write it, and one that the types must not let pass. */
const PROGRAM = `
import createClient from 'openapi-fetch'
import type { components, paths } from './tillgate.ts'

type Invoice = components['schemas']['Invoice']
const client = createClient<paths>({ baseUrl: 'http://127.0.0.1:8080' })

export async function store(invoice: Invoice): Promise<string | null> {
  const { data, error, response } = await client.POST('/v1/invoices', { body: invoice })
  if (data !== undefined) return data.offset
  const outcome: 'rejected' | 'unknown' = error.outcome
  const pointers: string[] = (error.errors ?? []).map(({ pointer }) => pointer)
  throw new Error([response.status, error.type, outcome, ...pointers].join(' '))
}

export function storeUnder(invoice: Invoice) {
  const { storeId, terminalId, journalId } = invoice
  const path = { storeId, terminalId, journalId, sequenceNumber: String(invoice.sequenceNumber) }
  return client.PUT('/v1/stores/{storeId}/terminals/{terminalId}/journals/{journalId}/invoices/{sequenceNumber}', {
    params: { path },
    body: invoice,
  })
}
`

const MISTAKES: Readonly<Record<string, string>> = {
  'an amount that is text': "export const wrong: Invoice['totals']['payable'] = '12.50'",
  'a document type that does not exist': "export const wrong: Invoice['documentType'] = 'gift'",
  'a path that does not exist': "export const wrong = client.POST('/v1/invoice', { body: {} as Invoice })",
  'a body that is no invoice': "export const wrong = client.POST('/v1/invoices', { body: { storeId: 'S1' } })",
}

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  allowImportingTsExtensions: true,
  types: [],
}

suite('a client generated from the OpenAPI document', () => {
  test('compiles, and does not let mistakes pass', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'tillgate-client-'))
    t.after(() => rm(folder, { recursive: true }))
    await symlink(fileURLToPath(new URL('node_modules', root)), join(folder, 'node_modules'))
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    const document = await readFile(new URL('openapi/openapi.json', root), 'utf8')
    await writeFile(join(folder, 'tillgate.ts'), astToString(await openapiTypescript(document)))
    await writeFile(join(folder, 'right.ts'), PROGRAM)
    const wrong = Object.entries(MISTAKES).map(([name, line], i) => ({
      name,
      file: join(folder, `wrong${i}.ts`),
      line,
    }))
    for (const { file, line } of wrong) await writeFile(file, PROGRAM + line)

    const program = ts.createProgram([join(folder, 'right.ts'), ...wrong.map(({ file }) => file)], OPTIONS)
    const errors = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => ({
      file: file?.fileName,
      text: ts.flattenDiagnosticMessageText(messageText, '\n'),
    }))
    const files = new Set(wrong.map(({ file }) => file))
    assert.deepEqual(
      errors.filter(({ file }) => file === undefined || !files.has(file)),
      [],
    )
    for (const { name, file } of wrong) {
      assert.equal(errors.filter((error) => error.file === file).length, 1, name)
    }
  })

  test('posts and puts an invoice', async (t) => {
    const { app, requests } = await testApp(t)
    const client = createClient<Record<string, never>>({ baseUrl: `http://127.0.0.1:${await listen(app)}` }) as Client
    const invoice = { ...IDENTITY, documentType: 'noSale' }
    const posted = await client.POST('/v1/invoices', { body: invoice })
    assert.deepEqual(posted.data, RECEIPT)
    assert.equal(posted.response.status, 201)

    const path = { ...IDENTITY, sequenceNumber: String(IDENTITY.sequenceNumber) }
    const pattern = '/v1/stores/{storeId}/terminals/{terminalId}/journals/{journalId}/invoices/{sequenceNumber}'
    const put = await client.PUT(pattern, { params: { path }, body: invoice })
    assert.deepEqual(put.data, RECEIPT)
    assert.deepEqual(requests[1]?.expectedIdentity, IDENTITY)
    for (const { body } of requests) assert.deepEqual(JSON.parse(body.toString()), invoice)
  })

  test('is told a problem as data', async (t) => {
    const { app } = await testApp(t, { admit: () => null })
    const client = createClient<Record<string, never>>({ baseUrl: `http://127.0.0.1:${await listen(app)}` }) as Client
    const { data, error } = await client.POST('/v1/invoices', { body: {} })
    assert.equal(data, undefined)
    assert.equal((error as { type: string }).type, '/problems/saturated')
  })
})

/** The types of the client are what the first test is about; these tests are about what goes over the wire. */
type Call = (path: string, options: object) => Promise<{ data?: unknown; error?: unknown; response: Response }>
interface Client {
  POST: Call
  PUT: Call
}
