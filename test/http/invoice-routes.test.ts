import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { Problem } from '../../src/errors.ts'
import { at } from './contract.ts'
import { assertProblem, IDENTITY, JSON_HEADERS, POST, PUT, PUT_PATTERN, RECEIPT, testApp, untimed } from './test-app.ts'

const post = { method: 'POST', url: POST, headers: JSON_HEADERS, payload: '{}' } as const
const put = { ...post, method: 'PUT', url: PUT } as const

suite('an invoice that Kafka acknowledged', () => {
  test('is 201 with its receipt and its path', async (t) => {
    const { app, contract } = await testApp(t)
    for (const [request, pattern] of [
      [post, POST],
      [put, PUT_PATTERN],
    ] as const) {
      const answer = await app.inject(request)
      assert.equal(answer.statusCode, 201)
      assert.deepEqual(contract(request.method, pattern, answer), RECEIPT)
      assert.equal(answer.headers.location, PUT)
      assert.equal(answer.headers['x-content-type-options'], 'nosniff')
    }
  })

  test('may have no offset where the broker tells none', async (t) => {
    const { app, contract } = await testApp(t, { ingest: async () => ({ ...RECEIPT, offset: null }) })
    assert.equal(contract('POST', POST, await app.inject(post)).offset, null)
  })

  test('before has its first receipt again: 201 where it was posted, 200 where it was put', async (t) => {
    const { app, contract, answers } = await testApp(t, { ingest: async () => ({ receipt: RECEIPT, isReplay: true }) })
    for (const [request, pattern, status] of [
      [post, POST, 201],
      [put, PUT_PATTERN, 200],
    ] as const) {
      const answer = await app.inject(request)
      assert.equal(answer.statusCode, status)
      assert.equal(answer.headers['idempotent-replayed'], 'true')
      assert.equal(answer.headers.location, PUT)
      assert.deepEqual(contract(request.method, pattern, answer), RECEIPT)
      const { kind, isReplay } = answers.at(-1) as { kind: string; isReplay?: boolean }
      assert.deepEqual({ kind, isReplay }, { kind: 'receipt', isReplay: true })
    }
    const first = await testApp(t)
    assert.equal((await first.app.inject(put)).headers['idempotent-replayed'], undefined)
  })

  test('is reported once, without anything of its content', async (t) => {
    const { app, answers } = await testApp(t)
    await app.inject(put)
    assert.equal(answers.length, 1)
    const [answer] = answers
    assert.ok(answer !== undefined && answer.durationMs >= 0)
    assert.deepEqual(untimed(answer), {
      ...{ kind: 'receipt', route: 'put', status: 201, isReplay: false },
      identity: IDENTITY,
    })
  })
})

suite('what reaches ingest', () => {
  test('are the bytes exactly as they were sent, JSON or not', async (t) => {
    const { app, requests } = await testApp(t)
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x20, 0x7b, 0xff, 0x00, 0x0a])
    await app.inject({ ...post, payload: bytes })
    assert.deepEqual(requests[0]?.body, bytes)
  })

  test('are the time, the trace context and the idempotency key', async (t) => {
    const { app, requests } = await testApp(t)
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const before = Date.now()
    await app.inject({ ...post, headers: { ...JSON_HEADERS, traceparent, 'idempotency-key': '"8e03978e"' } })
    await app.inject(post)
    const [full, plain] = requests
    assert.equal(full?.traceparent, traceparent)
    assert.equal(full?.idempotencyKey, '"8e03978e"')
    assert.equal(full?.expectedIdentity, undefined)
    assert.ok(full !== undefined && full.receivedAt.getTime() >= before)
    assert.equal(plain?.traceparent, undefined)
    assert.equal(plain?.idempotencyKey, undefined)
  })

  test('is the identity that the path of a PUT names, decoded', async (t) => {
    const { app, requests } = await testApp(t)
    await app.inject(put)
    await app.inject({ ...put, url: PUT.replace('S1', 'S%31') })
    assert.deepEqual(requests[0]?.expectedIdentity, IDENTITY)
    assert.deepEqual(requests[1]?.expectedIdentity, IDENTITY)
  })

  for (const contentType of [
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'Application/JSON; charset="utf-8"',
    'application/json; profile=x',
  ]) {
    test(`is a body of the media type ${contentType}`, async (t) => {
      const { app, requests } = await testApp(t)
      const headers = { 'content-type': contentType, 'content-encoding': 'identity' }
      const answer = await app.inject({ ...post, headers })
      assert.equal(answer.statusCode, 201)
      assert.equal(requests[0]?.body.toString(), '{}')
    })
  }
})

suite('what does not reach ingest', () => {
  test('is an empty body: 400', async (t) => {
    const { app, requests, contract, memory } = await testApp(t)
    const answer = await app.inject({ ...post, payload: '' })
    assertProblem(contract('POST', POST, answer), 'bad-request', 400)
    assert.equal(requests.length, 0)
    assert.equal(memory.usedBytes, 0)
  })

  for (const contentType of ['application/json; charset=latin1', 'text/plain', 'application/jsonx', 'nonsense', '']) {
    test(`is the media type ${JSON.stringify(contentType)}: 415 with Accept`, async (t) => {
      const { app, requests, contract } = await testApp(t)
      const answer = await app.inject({ ...post, headers: { 'content-type': contentType } })
      assertProblem(contract('POST', POST, answer), 'unsupported-media-type', 415)
      assert.equal(answer.headers.accept, 'application/json')
      assert.equal(answer.headers['accept-encoding'], undefined)
      assert.equal(requests.length, 0)
    })
  }

  for (const coding of ['gzip', 'br', 'identity, gzip']) {
    test(`is the content coding ${coding}: 415 with Accept-Encoding`, async (t) => {
      const { app, requests, contract } = await testApp(t)
      const answer = await app.inject({ ...post, headers: { ...JSON_HEADERS, 'content-encoding': coding } })
      assertProblem(contract('POST', POST, answer), 'unsupported-media-type', 415)
      assert.equal(answer.headers['accept-encoding'], 'identity')
      assert.equal(requests.length, 0)
    })
  }

  for (const [coding, payload] of [
    ['gzip', gzipSync('{}')],
    ['zstd', zstdCompressSync('{}')],
  ] as const) {
    test(`is ${coding} without Content-Encoding: 415 as with it, for the till is to send the invoice again`, async (t) => {
      const { app, answers, requests, contract, memory } = await testApp(t)
      const answer = await app.inject({ ...post, payload })
      assertProblem(contract('POST', POST, answer), 'unsupported-media-type', 415)
      assert.equal(answer.headers['accept-encoding'], 'identity')
      assert.equal(requests.length, 0)
      assert.equal(answers.length, 1)
      assert.equal(memory.usedBytes, 0)
    })
  }

  test('is a path that names no identity: 400 that says where, and not what', async (t) => {
    const { app, requests, contract, memory } = await testApp(t)
    const url = '/v1/stores/-secret/terminals/T1/journals/J1/invoices/042'
    const answer = await app.inject({ ...put, url })
    const body = contract('PUT', PUT_PATTERN, answer)
    assertProblem(body, 'bad-request', 400)
    assert.deepEqual(
      [at(body, 'errors', '0', 'pointer'), at(body, 'errors', '1', 'pointer'), at(body, 'errors', '2')],
      ['/path/storeId', '/path/sequenceNumber', undefined],
    )
    assert.match(String(at(body, 'errors', '0', 'detail')), /^Must be a string of 1 to 32 of A-Z, a-z, 0-9/)
    assert.match(String(at(body, 'errors', '1', 'detail')), /^Must be a number from 1 to 999999999999/)
    assert.doesNotMatch(answer.body, /secret|042/)
    assert.equal(requests.length, 0)
    assert.equal(memory.usedBytes, 0)
  })

  for (const key of ['', 'k'.repeat(129), 'caf\u00e9']) {
    test(`is the idempotency key ${JSON.stringify(key.slice(0, 5))} of ${key.length} characters: 400`, async (t) => {
      const { app, requests, contract } = await testApp(t)
      const answer = await app.inject({ ...post, headers: { ...JSON_HEADERS, 'idempotency-key': key } })
      const body = contract('POST', POST, answer)
      assertProblem(body, 'bad-request', 400)
      assert.equal(at(body, 'errors', '0', 'pointer'), '/headers/idempotency-key')
      assert.equal(requests.length, 0)
    })
  }
})

suite('what ingest throws', () => {
  const errors = [{ pointer: '/totals/tendered', code: 'tenders-sum', detail: 'The sum of the tenders.' }]
  const cases = [
    ['malformed-json', 400, 'rejected', false],
    ['invalid-invoice', 422, 'rejected', false],
    ['identity-conflict', 422, 'rejected', false],
    ['identity-mismatch', 422, 'rejected', false],
    ['too-large', 413, 'rejected', false],
    ['refused-by-kafka', 503, 'rejected', true],
    ['kafka-unavailable', 503, 'rejected', true],
    ['draining', 503, 'rejected', true],
    ['saturated', 503, 'rejected', true],
    ['outcome-unknown', 504, 'unknown', true],
  ] as const

  for (const [slug, status, outcome, retry] of cases) {
    test(`${slug} is ${status}, outcome ${outcome}, ${retry ? 'with' : 'without'} Retry-After`, async (t) => {
      const cause = new Error('of the log')
      const { app, answers, memory, contract } = await testApp(t, {
        ingest: async () => {
          throw new Problem(slug, 'In words.', { cause, ...(slug === 'invalid-invoice' ? { errors } : {}) })
        },
      })
      const answer = await app.inject(post)
      const body = contract('POST', POST, answer)
      assert.equal(answer.statusCode, status)
      assertProblem(body, slug, status)
      assert.equal(body.outcome, outcome)
      assert.equal(body.detail, 'In words.')
      assert.deepEqual(body.errors, slug === 'invalid-invoice' ? errors : undefined)
      assert.equal(answer.headers['retry-after'] !== undefined, retry)
      assert.equal(memory.usedBytes, 0)
      assert.deepEqual(answers.map(untimed), [{ kind: 'problem', route: 'post', status, slug, cause }])
    })
  }

  test('a problem may say itself when to come back', async (t) => {
    const { app } = await testApp(t, {
      ingest: async () => {
        throw new Problem('kafka-unavailable', 'In words.', { retryAfterSeconds: 6.2 })
      },
    })
    assert.equal((await app.inject(post)).headers['retry-after'], '7')
  })

  test('anything unexpected is 500, outcome unknown, and leaks nothing', async (t) => {
    const surprise = new TypeError('the secret 4111111111111111 is undefined')
    const { app, answers, memory, contract } = await testApp(t, {
      ingest: () => {
        throw surprise
      },
    })
    const answer = await app.inject(post)
    const body = contract('POST', POST, answer)
    assertProblem(body, 'internal-error', 500)
    assert.equal(body.outcome, 'unknown')
    assert.ok(Number(answer.headers['retry-after']) >= 1)
    assert.doesNotMatch(answer.body, /secret|4111|TypeError/)
    assert.deepEqual(answers.map(untimed), [
      { kind: 'problem', route: 'post', status: 500, slug: 'internal-error', cause: surprise },
    ])
    assert.equal(memory.usedBytes, 0)
  })

  test('an error of a library that claims to be the fault of the client is still a failure of the gateway', async (t) => {
    const { app, contract } = await testApp(t, {
      ingest: async () => {
        throw Object.assign(new Error('no'), { statusCode: 400 })
      },
    })
    assertProblem(contract('POST', POST, await app.inject(post)), 'internal-error', 500)
  })

  test('even something that is no error is a failure of the gateway', async (t) => {
    const { app, contract } = await testApp(t, { ingest: () => Promise.reject(null) })
    assertProblem(contract('POST', POST, await app.inject(post)), 'internal-error', 500)
  })
})
