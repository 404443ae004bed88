import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { suite, test } from 'node:test'
import { promisify } from 'node:util'
import { PROBLEMS, type ProblemSlug } from '../../src/errors.ts'
import { assertMatchesContract, at, escapePointer, schemaErrors } from './contract.ts'
import { CURSOR_PATTERN, POST, PUT_PATTERN, testApp, UPLOAD } from './test-app.ts'

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

  test('passes the linter, and so does the AsyncAPI document', async () => {
    const documents = ['openapi/openapi.json', 'openapi/asyncapi.json']
    const args = ['node_modules/@redocly/cli/bin/cli.js', 'lint', ...documents, '--max-problems', '20']
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
      'get /livez getLiveness',
      'get /readyz getReadiness',
      'post /v1/invoices postInvoice',
      `put ${PUT_PATTERN} putInvoice`,
      `post ${UPLOAD} postUpload`,
      `get ${CURSOR_PATTERN} getJournalCursor`,
      'get / getStart',
      'get /problems listProblems',
      'get /problems/{slug} getProblem',
      'get /openapi.json getOpenapi',
      'get /asyncapi.json getAsyncapi',
      'get /invoice.schema.json getInvoiceSchema',
    ])
  })

  test('has an example of every body that is sent or answered, and each is valid', async (t) => {
    const { app } = await testApp(t)
    const document = app.swagger()
    const bodies = bodiesOf(document)
    assert.ok(bodies.length > 40)
    for (const { pointer, mediaType, examples } of bodies) {
      assert.notEqual(examples.length, 0, pointer)
      for (const example of examples) {
        const isLines = mediaType === 'application/x-ndjson'
        const values = isLines ? parseLines(example) : [example]
        const schema = isLines ? `${pointer}/schema/contentSchema/items` : `${pointer}/schema`
        for (const value of values) assert.deepEqual(schemaErrors(document, schema, value), [], pointer)
      }
    }
  })

  test('has a valid example of every path parameter', async (t) => {
    const { app } = await testApp(t)
    const document = app.swagger()
    const inPath = operationsOf(document).flatMap(({ pointer, operation }) =>
      Object.entries(Object(at(operation, 'parameters')))
        .filter(([, parameter]) => at(parameter, 'in') === 'path')
        .map(([i, parameter]) => ({ schema: `${pointer}/parameters/${i}/schema`, example: at(parameter, 'example') })),
    )
    assert.equal(inPath.length, 8)
    for (const { schema, example } of inPath) assert.deepEqual(schemaErrors(document, schema, example), [], schema)
  })

  test('shows every sample but the one with a thousand lines', async (t) => {
    const { app } = await testApp(t)
    const shown = bodiesOf(app.swagger()).filter(({ pointer }) => pointer.includes('~1v1~1invoices/post/requestBody'))
    const files = await readdir(new URL('openapi/examples/', root))
    const texts = files
      .filter((name) => name !== 'thousand-lines.json')
      .map((name) => readFile(new URL(`openapi/examples/${name}`, root), 'utf8'))
    const samples = (await Promise.all(texts)).map((text) => JSON.stringify(JSON.parse(text)))
    assert.deepEqual(
      shown.flatMap(({ examples }) => examples.map((value) => JSON.stringify(value))).sort(),
      samples.sort(),
    )
  })

  test('shows every problem of an invoice or an upload', async (t) => {
    const { app } = await testApp(t)
    const document = app.swagger()
    const ofCursors: ProblemSlug[] = ['cursors-off', 'cursors-unread', 'cursor-not-kept']
    const elsewhere: ProblemSlug[] = ['not-found', 'method-not-allowed', 'not-attempted', ...ofCursors]
    const ofUploads: ProblemSlug[] = ['malformed-upload', 'upload-too-large']
    for (const slug of Object.keys(PROBLEMS) as ProblemSlug[]) {
      if (elsewhere.includes(slug)) continue
      const path = ofUploads.includes(slug) ? UPLOAD : POST
      const answer = at(document, 'paths', path, 'post', 'responses', String(PROBLEMS[slug].status))
      const example = resolved(document, at(answer, 'content', 'application/problem+json', 'examples', slug))
      assert.equal(at(example, 'value', 'type'), `/problems/${slug}`)
    }
  })

  test('has a name for every object, so that generated clients have one too', async (t) => {
    const { app } = await testApp(t)
    const schemas = Object.entries(Object(at(app.swagger(), 'components', 'schemas')))
    assert.deepEqual(
      schemas.flatMap(([name, schema]) => Object.values(Object(schema)).flatMap((part) => objectsIn(part, name))),
      [],
      'give it a title',
    )
  })

  test('refers to what clients need a type of as components', async (t) => {
    const { app } = await testApp(t)
    const document = app.swagger()
    const components = Object.keys(Object(at(document, 'components', 'schemas')))
    for (const name of ['Invoice', 'Line', 'Receipt', 'Problem', 'Violation', 'UploadAnswer', 'UploadResult'])
      assert.ok(components.includes(name), name)
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

interface Body {
  /** Of the media type, as a URI fragment. */
  readonly pointer: string
  readonly mediaType: string
  readonly examples: readonly unknown[]
}

function operationsOf(document: object) {
  return Object.entries(Object(at(document, 'paths'))).flatMap(([path, item]) =>
    Object.entries(Object(item)).map(([method, operation]) => ({
      pointer: `#/paths/${escapePointer(path)}/${method}`,
      operation,
    })),
  )
}

/** Every request body and every answer of the document, by media type. */
function bodiesOf(document: object): Body[] {
  return operationsOf(document).flatMap(({ pointer, operation }) => {
    const request = at(operation, 'requestBody')
    const answers = Object.entries(Object(at(operation, 'responses')))
    return [
      ...(request === undefined ? [] : mediaOf(document, `${pointer}/requestBody`, request)),
      ...answers.flatMap(([status, answer]) => mediaOf(document, `${pointer}/responses/${status}`, answer)),
    ]
  })
}

function mediaOf(document: object, pointer: string, body: unknown): Body[] {
  return Object.entries(Object(at(body, 'content'))).map(([mediaType, media]) => ({
    pointer: `${pointer}/content/${escapePointer(mediaType)}`,
    mediaType,
    examples: Object.values(Object(at(media, 'examples'))).map((example) => at(resolved(document, example), 'value')),
  }))
}

/** The places of all schemas with members inside `value`. */
function objectsIn(value: unknown, where: string): string[] {
  if (typeof value !== 'object' || value === null) return []
  const isObject = Object.keys(Object(at(value, 'properties'))).length > 0
  const inside = Object.entries(value).flatMap(([key, part]) => objectsIn(part, `${where}/${key}`))
  return isObject ? [where, ...inside] : inside
}

function resolved(document: object, value: unknown): unknown {
  const reference = at(value, '$ref')
  return typeof reference === 'string' ? at(document, ...reference.split('/').slice(1)) : value
}

function parseLines(text: unknown): unknown[] {
  assert.match(String(text), /}\n$/)
  return String(text)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}
