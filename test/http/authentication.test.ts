import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { AuthFailure } from '../../src/auth/auth-result.ts'
import type { Authenticate } from '../../src/auth/authenticate.ts'
import type { Principal } from '../../src/auth/principal.ts'
import type { Denial } from '../../src/http/authentication.ts'
import { message, rawSocket } from './raw-socket.ts'
import { assertProblem, JSON_HEADERS, listen, POST, PUT, PUT_PATTERN, testApp, UPLOAD } from './test-app.ts'

const TILL: Principal = {
  name: 'till-7',
  tokenId: 't1',
  stores: new Set(['S1']),
  terminals: new Set(['T1']),
  scopes: new Set(['invoices:write']),
  issuedAtMs: 0,
  expiresAtMs: 0,
}
const as = (principal: Partial<Principal> = {}): Authenticate => {
  return () => ({ kind: 'principal', principal: { ...TILL, ...principal } })
}
const failing =
  (failure: AuthFailure): Authenticate =>
  () => ({ kind: 'failure', failure })
const late = (authenticate: Authenticate): Authenticate => {
  return async (authorization, sender) => await authenticate(authorization, sender)
}
const post = { method: 'POST', url: POST, headers: JSON_HEADERS, payload: '{}' } as const
const put = { ...post, method: 'PUT', url: PUT } as const
const upload = { ...post, url: UPLOAD, headers: { 'content-type': 'application/x-ndjson' } } as const
const nothingReserved = { admit: () => assert.fail('reserved'), admitUpload: () => assert.fail('reserved') }

suite('a request without a right token', () => {
  for (const failure of [
    'missing',
    'malformed',
    'not-ours',
    'expired',
    'not-yet-valid',
    'wrong-audience',
    'claims',
    'revoked',
  ] as const) {
    test(`(${failure}) is 401 by every way, and the till keeps its invoices`, async (t) => {
      for (const authenticate of [failing(failure), late(failing(failure))]) {
        const { app, contract, answers } = await testApp(t, { authenticate, ...nothingReserved })
        for (const [request, pattern] of [
          [post, POST],
          [put, PUT_PATTERN],
          [upload, UPLOAD],
        ] as const) {
          const answer = await app.inject(request)
          const problem = contract(request.method, pattern, answer)
          assertProblem(problem, 'unauthorized', 401)
          assert.deepEqual([problem.outcome, problem.till], ['rejected', 'resend'])
          const challenge = String(answer.headers['www-authenticate'])
          assert.match(challenge, /^Bearer realm="tillgate"/)
          assert.equal(challenge.includes('invalid_token'), failure !== 'missing')
        }
        assert.deepEqual(
          answers.map(({ status }) => status),
          [401, 401, 401],
          'counted',
        )
      }
    })
  }

  test('is 503 while there are no keys to verify it with', async (t) => {
    const { app, contract } = await testApp(t, { authenticate: late(failing('no-keys')), ...nothingReserved })
    assertProblem(contract('POST', POST, await app.inject(post)), 'keys-unavailable', 503)
  })

  test('is told with its reason, its address and whose it is, if that is known', async (t) => {
    const denials: Denial[] = []
    const onDenied = (denial: Denial) => denials.push(denial)
    for (const authenticate of [
      failing('missing'),
      () => ({ kind: 'failure', failure: 'revoked', principal: TILL }) as const,
      late(as({ scopes: new Set() })),
      as({ stores: new Set(['S2']) }),
    ]) {
      const { app } = await testApp(t, { authenticate, onDenied, ...nothingReserved })
      await app.inject(put)
      await app.inject(upload).catch(() => {})
    }
    const told = denials.map(({ reason, address, principal }) => [reason, address, principal?.name])
    assert.deepEqual(told, [
      ...['missing', 'missing'].map((reason) => [reason, '127.0.0.1', undefined]),
      ...['revoked', 'revoked', 'scope', 'scope', 'store or terminal'].map((reason) => [reason, '127.0.0.1', 'till-7']),
    ])
  })

  test('is 503 while too many unknown ones come', async (t) => {
    const { app, contract } = await testApp(t, { authenticate: late(failing('busy')), ...nothingReserved })
    const problem = contract('POST', POST, await app.inject(post))
    assertProblem(problem, 'saturated', 503)
    assert.equal(problem.till, 'resend')
  })

  test('is refused before 100 Continue', async (t) => {
    const { app } = await testApp(t, { authenticate: failing('missing'), ...nothingReserved })
    const headers = { ...JSON_HEADERS, 'content-length': 2, expect: '100-continue' }
    const received = await rawSocket(await listen(app), message('POST /v1/invoices', headers)).closed
    assert.match(received, /^HTTP\/1\.1 401 /)
  })
})

suite('a token', () => {
  test('of another store or terminal is 403 where the path says so, before the body is read', async (t) => {
    for (const principal of [{ stores: new Set(['S2']) }, { terminals: new Set(['T2']) }]) {
      for (const authenticate of [as(principal), late(as(principal))]) {
        const { app, contract, requests } = await testApp(t, { authenticate, ...nothingReserved })
        const problem = contract('PUT', PUT_PATTERN, await app.inject(put))
        assertProblem(problem, 'forbidden', 403)
        assert.equal(problem.till, 'resend')
        assert.equal(requests.length, 0)
      }
    }
  })

  test('that is not for writing is 403 by every way', async (t) => {
    const { app, contract } = await testApp(t, {
      authenticate: as({ scopes: new Set(['invoices:read']) }),
      ...nothingReserved,
    })
    for (const [request, pattern] of [
      [post, POST],
      [put, PUT_PATTERN],
      [upload, UPLOAD],
    ] as const) {
      const answer = await app.inject(request)
      assertProblem(contract(request.method, pattern, answer), 'forbidden', 403)
      assert.match(String(answer.headers['www-authenticate']), /error="insufficient_scope", scope="invoices:write"/)
    }
  })

  test('gives the flows its principal', async (t) => {
    const uploads: unknown[] = []
    for (const authenticate of [as(), late(as())]) {
      const ingestUpload = async ({ principal }: { principal: unknown }) => {
        uploads.push(principal)
        return []
      }
      const { app, requests } = await testApp(t, { authenticate, ingestUpload })
      for (const request of [post, put]) assert.equal((await app.inject(request)).statusCode, 201)
      await app.inject(upload)
      assert.deepEqual(
        requests.map(({ principal }) => principal),
        [TILL, TILL],
      )
    }
    assert.deepEqual(uploads, [TILL, TILL])
  })

  test('is not asked for where nobody writes', async (t) => {
    const { app } = await testApp(t, { authenticate: () => assert.fail('asked') })
    for (const url of ['/livez', '/readyz', '/openapi.json', '/problems', '/problems/unauthorized'])
      assert.equal((await app.inject(url)).statusCode, 200, url)
  })
})
