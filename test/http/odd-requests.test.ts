import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseAnswer, rawSocket } from './raw-socket.ts'
import { recorder } from './recorder.ts'
import { listen, testApp } from './test-app.ts'

/** Long enough for a busy machine; an answer that takes longer is one that never comes. */
const DEADLINE_MS = 10_000

const HOST = 'host: gateway\r\n'
const LENGTH = 'content-length: 2\r\n'
const JSON_TYPE = 'content-type: application/json\r\n'
const CHUNKED = 'transfer-encoding: chunked\r\n'

const get = (path: string, fields = '') => `GET ${path} HTTP/1.1\r\n${HOST}${fields}\r\n`
const method = (name: string, path: string, fields = '') => `${name} ${path} HTTP/1.1\r\n${HOST}${fields}\r\n`
const post = (fields: string, body = '{}') => `POST /v1/invoices HTTP/1.1\r\n${HOST}${fields}\r\n${body}`

/** What is sent, and which statuses are right. */
type Odd = readonly [what: string, text: string, ...statuses: number[]]

const METHODS: readonly Odd[] = [
  ...['QUERY', 'PROPFIND', 'TRACE', 'OPTIONS', 'PURGE', 'M-SEARCH', 'SOURCE', 'DELETE'].flatMap((name): Odd[] => [
    [`${name} of a path with other methods`, method(name, '/v1/invoices'), 405],
    [`${name} with a body`, `${method(name, '/v1/invoices', JSON_TYPE + LENGTH)}{}`, 405],
    [`${name} with a body of no type`, `${method(name, '/livez', LENGTH)}{}`, 405],
    [`${name} of nothing`, method(name, '/nope'), 404],
  ]),
  ['CONNECT of a path', method('CONNECT', '/v1/invoices'), 405],
  ['CONNECT of a host', method('CONNECT', 'example.com:443'), 405],
  ['OPTIONS of the server', method('OPTIONS', '*'), 405],
  ['GET of the server', method('GET', '*'), 400],
  ['POST to the server', `${method('POST', '*', JSON_TYPE + LENGTH)}{}`, 400],
  ['a method that HTTP does not have', method('FOO', '/v1/invoices'), 400],
  ['a method in lower case', method('get', '/livez'), 400],
  ['a method of 9,000 letters', method('A'.repeat(9_000), '/'), 400],
]

const PATHS: readonly Odd[] = [
  ...[
    ...['%00', 'a%00b.js', '..%5c..%5cpackage.json', '%2e%2e/%2e%2e/package.json', '../../package.json', '.hidden'],
    ...['..%2f..%2fpackage.json', '', '..', 'index.html/x', 'con', 'a'.repeat(5_000), 'a/'.repeat(3_000)],
  ].flatMap((path): Odd[] =>
    path === '' ? [] : [[`/docs/static/${path.slice(0, 30)}`, get(`/docs/static/${path}`), 404]],
  ),
  ...[
    '//v1/invoices',
    '/v1/invoices/',
    '/v1//invoices',
    '/v1/invoices%00',
    '/v1/invoices%2f',
    '/v1/invoices;a=b',
  ].flatMap((path): Odd[] => [
    [`GET ${path}`, get(path), 404],
    [`POST ${path}`, `${method('POST', path, JSON_TYPE + LENGTH)}{}`, 404],
  ]),
  ...['/..', '/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/v1\\invoices', '/__proto__', '/constructor'].map(
    (path): Odd => [path, get(path), 404],
  ),
  ...['/problems/%00', '/problems/__proto__', '/problems/constructor'].map((path): Odd => [path, get(path), 404]),
  ...['/%', '/%zz', '/%ff', '/%C0%80', '/%ED%A0%80', '/docs/static/%', '/docs/static/%ff', '/v1/stores/%ff/x'].map(
    (path): Odd => [path, get(path), 400],
  ),
  ...['\\v1\\invoices', 'v1/invoices', '', '?', '/é', 'https:///x', 'http://', 'http://other:99999/'].map(
    (path): Odd => [`the target ${path}`, get(path), 400],
  ),
  ['the whole address of nothing', get('http://gateway/nope'), 404],
  ['the whole address of another method', get('http://gateway/v1/invoices'), 405],
  ['a path of 15,000 letters', get(`/${'a'.repeat(15_000)}`), 404],
  ['a path of 5,000 escapes', get(`/${'%41'.repeat(5_000)}`), 404],
  ['a path of 20,000 letters', get(`/${'a'.repeat(20_000)}`), 431],
]

const FIELDS: readonly Odd[] = [
  ['two equal lengths', post(JSON_TYPE + LENGTH + LENGTH), 400],
  ['two lengths in one field', post(`${JSON_TYPE}content-length: 2, 2\r\n`), 400],
  ...['-2', '+2', '0x2', '', '2.0', '99999999999999999999999'].map(
    (length): Odd => [`a length of ${length || 'nothing'}`, post(`${JSON_TYPE}content-length: ${length}\r\n`), 400],
  ),
  ['a length beyond all bounds', post(`${JSON_TYPE}content-length: 9007199254740993\r\n`), 413],
  ['two equal media types', post(JSON_TYPE + JSON_TYPE + LENGTH), 400],
  ['two media types', post(`${JSON_TYPE}content-type: text/plain\r\n${LENGTH}`), 400],
  ['no media type', post(LENGTH), 415],
  ['an empty media type', post(`content-type: \r\n${LENGTH}`), 415],
  ['a broken media type', post(`content-type: /;;;=\r\n${LENGTH}`), 415],
  ['a media type that is not ASCII', post(`content-type: application/é\r\n${LENGTH}`), 415],
  ['two tokens', post(`${JSON_TYPE}authorization: Bearer a\r\nauthorization: Bearer b\r\n${LENGTH}`), 400],
  ['two content codings', post(`${JSON_TYPE}content-encoding: gzip\r\ncontent-encoding: gzip\r\n${LENGTH}`), 415],
  ['a broken Idempotency-Key', post(`${JSON_TYPE}idempotency-key: ÿ\r\n${LENGTH}`), 400],
  ['a Host that is none', `GET /livez HTTP/1.1\r\nhost: a b/@\r\n\r\n`, 400],
  ['a Host that is not ASCII', `GET /livez HTTP/1.1\r\nhost: é\r\n\r\n`, 400],
  ['a folded field', post(`${JSON_TYPE}x-a: b\r\n c\r\n${LENGTH}`), 400],
  ['a fold before the first field', `GET /livez HTTP/1.1\r\n ${HOST}\r\n`, 400],
  ['bare line feeds', 'GET /livez HTTP/1.1\nhost: gateway\n\n', 400],
  ['bare carriage returns', 'GET /livez HTTP/1.1\rhost: gateway\r\r', 400],
  ['one bare line feed', post(`${JSON_TYPE.replace('\r', '')}${LENGTH}`), 400],
  ['a blank before a colon', post(`content-type : application/json\r\n${LENGTH}`), 400],
  ['a zero byte in a value', post(`${JSON_TYPE}x-a: a\0b\r\n${LENGTH}`), 400],
  ['a field without a name', post(`: a\r\n${LENGTH}`), 400],
  ['a field without a colon', post(`nothing\r\n${LENGTH}`), 400],
  ['1,500 fields', post(Array.from({ length: 1_500 }, (_, i) => `x-${i}: 1\r\n`).join('') + LENGTH), 431],
  ['a field of 20,000 letters', post(`x-a: ${'a'.repeat(20_000)}\r\n${LENGTH}`), 431],
]

const FRAMING: readonly Odd[] = [
  ['a length, then chunks', post(JSON_TYPE + LENGTH + CHUNKED, '0\r\n\r\n'), 400],
  ['chunks, then a length', post(JSON_TYPE + CHUNKED + LENGTH, '0\r\n\r\n'), 400],
  ...['identity', 'xchunked', 'chunked, identity', 'chunked, chunked', 'gzip, chunked', 'gzip', '"chunked"'].map(
    (coding): Odd => [`${coding}`, post(`${JSON_TYPE}transfer-encoding: ${coding}\r\n`, '2\r\n{}\r\n0\r\n\r\n'), 400],
  ),
  ['chunked in two fields', post(JSON_TYPE + CHUNKED + CHUNKED, '2\r\n{}\r\n0\r\n\r\n'), 400],
  ['chunks in HTTP/1.0', `POST /v1/invoices HTTP/1.0\r\n${HOST}${JSON_TYPE}${CHUNKED}\r\n2\r\n{}\r\n0\r\n\r\n`, 400],
  ['a chunk with a long extension', post(JSON_TYPE + CHUNKED, `2;${'x'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`), 400],
  ['chunks with bare line feeds', post(JSON_TYPE + CHUNKED, '2\n{}\n0\n\n'), 400],
  ['a chunk of negative size', post(JSON_TYPE + CHUNKED, '-2\r\n{}\r\n0\r\n\r\n'), 400],
  ['a chunk beyond all bounds', post(JSON_TYPE + CHUNKED, 'fffffffffffffffff\r\n{}\r\n0\r\n\r\n'), 400],
  ['HTTP/0.9', 'GET /livez\r\n\r\n', 400],
  ['HTTP/1.2', `GET /livez HTTP/1.2\r\n${HOST}\r\n`, 400],
  ['HTTP/2 without agreement', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['HTTP/2.0 in the request line', `GET /livez HTTP/2.0\r\n${HOST}\r\n`, 400],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['a tab in the request line', `GET\t/livez HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['a blank behind the request line', `GET /livez HTTP/1.1 \r\n${HOST}\r\n`, 400],
]

const FILES: readonly Odd[] = [
  ['a range beyond the end', get('/docs/static/index.css', 'range: bytes=999999999-\r\n'), 400],
  ['a precondition that fails', get('/docs/static/index.css', 'if-match: "x"\r\n'), 400],
]

for (const [name, requests] of Object.entries({ METHODS, PATHS, FIELDS, FRAMING, FILES }))
  test(`odd ${name.toLowerCase()} are a 4xx with a problem document, at once, and nothing is logged`, async (t) => {
    const { ask, logged, reached } = await start(t)
    for (const [what, text, ...statuses] of requests) {
      const { statusCode, headers, body } = await ask(text)
      assert.ok(statuses.includes(statusCode), `${what}: ${statusCode} ${body}`)
      assert.match(String(headers['content-type']), /^application\/problem\+json/, what)
      const problem = JSON.parse(body)
      assert.equal(problem.status, statusCode, what)
      assert.match(problem.requestId, /^[0-9a-f]{8}-[0-9a-z]+$/, what)
      assert.equal(problem.outcome, 'rejected', what)
      assert.equal(headers['x-content-type-options'], 'nosniff', what)
    }
    assert.deepEqual(logged, [])
    assert.equal(reached(), 0)
  })

suite('what is unusual and right', () => {
  const USUAL: readonly Odd[] = [
    ['the whole address', `POST http://other/v1/invoices HTTP/1.1\r\n${HOST}${JSON_TYPE}${LENGTH}\r\n{}`, 201],
    ['another expectation', post(`${JSON_TYPE}expect: the-moon\r\n${LENGTH}`), 201],
    ['an upgrade', post(`${JSON_TYPE}connection: upgrade\r\nupgrade: websocket\r\n${LENGTH}`), 201],
    ['Chunked in capitals', post(`${JSON_TYPE}transfer-encoding: Chunked\r\n`, '2\r\n{}\r\n0\r\n\r\n'), 201],
    ['a trailer', post(JSON_TYPE + CHUNKED, '2\r\n{}\r\n0\r\nx: y\r\n\r\n'), 201],
    ['escaped letters in a path', `${method('POST', '/%76%31/invoices', JSON_TYPE + LENGTH)}{}`, 201],
    ['an empty line first', `\r\n${post(JSON_TYPE + LENGTH)}`, 201],
    ['an address for a Host', `GET /livez HTTP/1.1\r\nhost: [::1]:8080\r\n\r\n`, 200],
    ['an empty Host', `GET /livez HTTP/1.1\r\nhost:\r\n\r\n`, 200],
    ['a body where none is read', get('/livez', LENGTH).concat('{}'), 200],
  ]
  for (const [what, text, ...statuses] of USUAL)
    test(`${what} is taken`, async (t) => {
      const { ask } = await start(t)
      assert.ok(statuses.includes((await ask(text)).statusCode))
    })
})

/** An application, what it logged, and how to send it bytes. */
async function start(t: TestContext) {
  const logged: Record<string, unknown>[] = []
  const { app, requests } = await testApp(t, {}, { logger: recorder(logged), docs: true })
  const port = await listen(app)
  return {
    logged,
    reached: () => requests.length,
    ask: async (text: string) => {
      const raw = rawSocket(port, '')
      raw.socket.write(Buffer.from(text, 'latin1'))
      const answered = raw.until('"requestId"').catch(() => raw.received())
      const first = new Promise((resolve) => raw.socket.once('data', resolve))
      const inTime = sleep(DEADLINE_MS, 'late', { ref: false })
      assert.notEqual(await Promise.race([first, raw.closed, inTime]), 'late', `no answer to ${text.slice(0, 100)}`)
      if (/^HTTP\/1.1 [45]/.test(raw.received())) await Promise.race([answered, inTime])
      raw.socket.destroy()
      return parseAnswer(raw.received())
    },
  }
}
