import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Senders } from '../../src/admission/senders.ts'
import { JSON_HEADERS, POST, PUT, testApp, UPLOAD } from './test-app.ts'

const ORIGIN = 'https://till.example'
const CORS = { corsOrigins: [ORIGIN, 'capacitor://localhost'] }
const PREFLIGHT = { origin: ORIGIN, 'access-control-request-method': 'POST' }

const fieldsOf = (headers: Record<string, unknown>) =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'))

suite('CORS', () => {
  test('is off by default: no answer has a field of it, and OPTIONS is not allowed', async (t) => {
    const { app } = await testApp(t)
    for (const method of ['OPTIONS', 'POST'] as const) {
      const answer = await app.inject({ method, url: POST, headers: { ...JSON_HEADERS, ...PREFLIGHT }, payload: '{}' })
      assert.equal(answer.statusCode, method === 'POST' ? 201 : 405)
      assert.deepEqual(fieldsOf(answer.headers), [])
      assert.equal(answer.headers.vary, undefined)
    }
  })

  test('a browser is told what it may send, without a token and without anything being reserved', async (t) => {
    const authenticate = () => assert.fail('a preflight has no token')
    const admit = () => assert.fail('a preflight has no body')
    const { app, answers } = await testApp(t, { authenticate, admit }, CORS)
    for (const [url, method] of [
      [POST, 'POST'],
      [UPLOAD, 'POST'],
      [PUT, 'PUT'],
      ['/readyz', 'GET, HEAD'],
    ] as const) {
      const { statusCode, headers, body } = await app.inject({ method: 'OPTIONS', url, headers: PREFLIGHT })
      assert.deepEqual([statusCode, body], [204, ''], url)
      assert.equal(headers['access-control-allow-origin'], ORIGIN)
      assert.equal(headers['access-control-allow-methods'], method)
      for (const field of ['authorization', 'content-type', 'content-encoding', 'idempotency-key'])
        assert.ok(String(headers['access-control-allow-headers']).split(', ').includes(field), field)
      assert.equal(headers['access-control-allow-credentials'], undefined)
      assert.equal(headers.vary, 'origin')
    }
    assert.deepEqual(answers, [])
  })

  test('whoever asks without end whether it may send gets 429 while tills send; others are told', async (t) => {
    const limits = { maxConnections: 10, memoryBytes: 1e6, uploadMemoryBytes: 1e6, timeShare: 1e-6 }
    const { app } = await testApp(t, { senders: new Senders(limits) }, CORS)
    const ask = async (remoteAddress: string) =>
      await app.inject({ method: 'OPTIONS', url: POST, headers: PREFLIGHT, remoteAddress })
    const post = { method: 'POST', url: POST, headers: JSON_HEADERS, payload: '{}', remoteAddress: '10.0.0.7' } as const
    for (let i = 0; i < 5_000; i++) assert.equal((await ask('10.0.0.7')).statusCode, 204)
    assert.equal((await app.inject(post)).statusCode, 201)
    const { statusCode, headers } = await ask('10.0.0.7')
    assert.deepEqual([statusCode, headers['access-control-allow-origin']], [429, ORIGIN])
    assert.equal((await ask('10.0.0.8')).statusCode, 204)
    assert.equal((await app.inject(post)).statusCode, 201, 'its tills do not pay for it')
  })

  test('its page may read every answer, and the header fields that a till needs', async (t) => {
    const { app } = await testApp(t, {}, CORS)
    for (const [headers, status] of [
      [JSON_HEADERS, 201],
      [{ 'content-type': 'text/plain' }, 415],
    ] as const) {
      for (const origin of CORS.corsOrigins) {
        const answer = await app.inject({ method: 'POST', url: POST, headers: { ...headers, origin }, payload: '{}' })
        assert.equal(answer.statusCode, status)
        assert.equal(answer.headers['access-control-allow-origin'], origin)
        const exposed = String(answer.headers['access-control-expose-headers']).split(', ')
        for (const field of ['location', 'retry-after', 'www-authenticate', 'idempotent-replayed'])
          assert.ok(exposed.includes(field), field)
      }
    }
    const { headers } = await app.inject({ url: '/nope', headers: { origin: ORIGIN } })
    assert.equal(headers['access-control-allow-origin'], ORIGIN)
    assert.equal((await app.inject('/')).headers.vary, 'accept, origin')
  })

  test('pages of other origins may read nothing and are told nothing', async (t) => {
    const { app } = await testApp(t, {}, CORS)
    for (const origin of [
      'https://other.example',
      'https://till.example.other.example',
      `${ORIGIN}:8443`,
      'null',
      '',
    ]) {
      const preflight = await app.inject({ method: 'OPTIONS', url: POST, headers: { ...PREFLIGHT, origin } })
      assert.equal(preflight.statusCode, 405, origin)
      const post = await app.inject({ method: 'POST', url: POST, headers: { ...JSON_HEADERS, origin }, payload: '{}' })
      for (const { headers } of [preflight, post]) {
        assert.deepEqual(fieldsOf(headers), [], origin)
        assert.equal(headers.vary, 'origin')
      }
    }
  })

  test('what is no preflight stays 405, and a path that is not there 404', async (t) => {
    const { app } = await testApp(t, {}, CORS)
    assert.equal((await app.inject({ method: 'OPTIONS', url: POST, headers: { origin: ORIGIN } })).statusCode, 405)
    for (const url of ['/nope', '/metrics', '*'])
      assert.equal((await app.inject({ method: 'OPTIONS', url, headers: PREFLIGHT })).statusCode, 404, url)
  })
})
