import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { suite, test } from 'node:test'
import { promisify } from 'node:util'
import { PROBLEMS, type ProblemSlug } from '../../src/errors.ts'
import { assertMatchesContract, at, schemaErrors } from './contract.ts'
import { POST, PUT_PATTERN, testApp, UPLOAD } from './test-app.ts'

const run = promisify(execFile)
const root = new URL('../../', import.meta.url)

suite('the OpenAPI document', () => {
  test('that is checked in is what the routes say', async () => {
    await run(process.execPath, ['openapi/write-openapi.ts', '--check'], { cwd: root })
  })

  test('is served as it is checked in', async (t) => {
    const { app, contract } = await testApp(t)
    const served = contract('GET', '/openapi.json', await app.inject('/openapi.json'))
    assert.deepEqual(served, JSON.parse(await readFile(new URL('openapi/openapi.json', root), 'utf8')))
  })

  test('passes the linter', async () => {
    const args = ['node_modules/@redocly/cli/bin/cli.js', 'lint', 'openapi/openapi.json', '--max-problems', '20']
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
    const { stderr } = await run(process.execPath, args, { cwd: root, env })
    assert.doesNotMatch(stderr, /warning/i)
  })

  test('lists every operation, each under its own id', async (t) => {
    const { app } = await testApp(t)
    const document = app.swagger()
    assert.equal(at(document, 'openapi'), '3.1.0')
    const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
      Object.entries(item ?? {}).map(([method, operation]) => `${method} ${path} ${at(operation, 'operationId')}`),
    )
    assert.deepEqual(operations, [
      'get / getStart',
      'get /problems listProblems',
      'get /problems/{slug} getProblem',
      'get /livez getLiveness',
      'get /readyz getReadiness',
      'get /metrics getMetrics',
      'get /openapi.json getOpenapi',
      'post /v1/invoices postInvoice',
      `put ${PUT_PATTERN} putInvoice`,
      `post ${UPLOAD} postUpload`,
    ])
  })

  test('shows every problem of an invoice or an upload by a valid example', async (t) => {
    const { app } = await testApp(t)
    const document = app.swagger()
    const problemJson = 'application/problem+json'
    const elsewhere: ProblemSlug[] = ['not-found', 'method-not-allowed', 'not-attempted']
    const ofUploads: ProblemSlug[] = ['malformed-upload', 'upload-too-large', 'upload-not-read']
    for (const slug of Object.keys(PROBLEMS) as ProblemSlug[]) {
      if (elsewhere.includes(slug)) continue
      const { status } = PROBLEMS[slug]
      const path = ofUploads.includes(slug) ? UPLOAD : POST
      const content = at(document, 'paths', path, 'post', 'responses', String(status), 'content', problemJson)
      const example = at(content, 'examples', slug, 'value')
      assert.equal(at(example, 'type'), `/problems/${slug}`)
      assertMatchesContract(document, 'POST', path, status, problemJson, example)
    }
  })

  test('shows the sale and the return of openapi/examples, which match its own schema', async (t) => {
    const { app } = await testApp(t)
    const document = app.swagger()
    const body = at(document, 'paths', POST, 'post', 'requestBody', 'content', 'application/json')
    const examples = Object.entries(at(body, 'examples') ?? {})
    const files = await readdir(new URL('openapi/examples', root))
    const shown = ['sale', 'return'].filter((name) => files.includes(`${name}.json`))
    assert.deepEqual(
      examples.map(([name]) => name),
      shown,
    )
    for (const [name, { value }] of examples) {
      assert.deepEqual(schemaErrors(document, '#/components/schemas/Invoice', value), [], name)
    }
  })

  test('refers to the invoice, the receipt and the problem as components', async (t) => {
    const { app } = await testApp(t)
    const document = app.swagger()
    assert.deepEqual(Object.keys(Object(at(document, 'components', 'schemas'))), ['Invoice', 'Receipt', 'Problem'])
    const post = at(document, 'paths', POST, 'post')
    const schemaOf = (answer: unknown, mediaType: string) => at(answer, 'content', mediaType, 'schema', '$ref')
    assert.equal(schemaOf(at(post, 'requestBody'), 'application/json'), '#/components/schemas/Invoice')
    assert.equal(at(post, 'requestBody', 'required'), true)
    assert.equal(schemaOf(at(post, 'responses', '201'), 'application/json'), '#/components/schemas/Receipt')
    const busy = at(post, 'responses', '503')
    assert.equal(schemaOf(busy, 'application/problem+json'), '#/components/schemas/Problem')
    assert.equal(at(busy, 'headers', 'Retry-After', 'schema', 'type'), 'integer')
  })
})

suite('/docs', () => {
  test('loads its scripts and styles from here, and nothing from anywhere else', async (t) => {
    const { app } = await testApp(t)
    const answer = await app.inject('/docs')
    assert.equal(answer.statusCode, 200)
    assert.doesNotMatch(String(answer.headers['content-security-policy']), /https?:|\*/)
    const assets = [...answer.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => String(url))
    assert.ok(assets.length >= 5)
    for (const url of assets) assert.equal((await app.inject(url)).statusCode, 200, url)
  })
})

suite('assertMatchesContract', () => {
  const receipt = { status: 201, type: 'application/json' }

  test('refuses what the document does not announce', async (t) => {
    const { app } = await testApp(t)
    const document = app.swagger()
    const check = (status: number, type: string, body: unknown) => () =>
      assertMatchesContract(document, 'POST', POST, status, type, body)
    assert.throws(check(202, receipt.type, {}), /202 is not in the document/)
    assert.throws(check(201, 'text/plain', 'ok'), /not documented as text\/plain/)
    assert.throws(check(201, receipt.type, { invoiceId: 'x' }), /does not match its schema/)
    assert.throws(check(201, receipt.type, '{"invoiceId":"x"}'), /must have required property/)
  })
})
