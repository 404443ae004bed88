import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { message, parseAnswer, rawSocket } from './raw-socket.ts'
import { assertProblem, JSON_HEADERS, listen, POST, RECEIPT, testApp } from './test-app.ts'

suite('what never becomes a request', () => {
  test('bad HTTP is 400 with a problem document, and the connection is closed', async (t) => {
    const { app, contract } = await testApp(t)
    const answer = parseAnswer(await rawSocket(await listen(app), 'this is no HTTP\r\n\r\n').closed)
    assertProblem(contract('POST', POST, answer), 'bad-request', 400)
    assert.equal(answer.headers.connection, 'close')
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
  })

  test('header fields that are too long are 431', async (t) => {
    const { app, contract } = await testApp(t)
    const text = message('POST /v1/invoices', { ...JSON_HEADERS, 'x-long': 'x'.repeat(20_000) })
    const answer = parseAnswer(await rawSocket(await listen(app), text).closed)
    assertProblem(contract('POST', POST, answer), 'headers-too-large', 431)
  })

  test('header fields that do not come in time are 408, which says: send it again', async (t) => {
    const { app, contract } = await testApp(t, {}, { requestTimeoutMs: 200, headersTimeoutMs: 100 })
    const answer = parseAnswer(await rawSocket(await listen(app), 'POST /v1/invoices HTTP/1.1\r\nhost: g\r\n').closed)
    assertProblem(contract('POST', POST, answer), 'request-timeout', 408)
    assert.ok(Number(answer.headers['retry-after']) >= 1)
  })

  test('a body that does not come in time is 408, and its reservation is given back', async (t) => {
    const { app, contract, memory, requests, answers } = await testApp(t, {}, { requestTimeoutMs: 200 })
    const text = message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': 10 }, '{"a"')
    const answer = parseAnswer(await rawSocket(await listen(app), text).closed)
    assertProblem(contract('POST', POST, answer), 'request-timeout', 408)
    assert.equal(memory.usedBytes, 0)
    assert.equal(requests.length, 0)
    assert.deepEqual(
      answers.map(({ status }) => status),
      [408],
    )
  })

  for (const [what, headers, body] of [
    ['a body', { 'content-length': 10 }, '{"a"'],
    ['a body in chunks', { 'transfer-encoding': 'chunked' }, '10\r\n{"a"'],
  ] as const) {
    test(`${what} that ends early is 408, never a permanent 400, and its reservation is given back`, async (t) => {
      const { app, contract, memory, requests } = await testApp(t)
      const raw = rawSocket(await listen(app), message('POST /v1/invoices', { ...JSON_HEADERS, ...headers }, body))
      raw.socket.end()
      assertProblem(contract('POST', POST, parseAnswer(await raw.closed)), 'request-timeout', 408)
      assert.equal(memory.usedBytes, 0)
      assert.equal(requests.length, 0)
    })
  }

  test('a body in broken chunks is 400', async (t) => {
    const { app, contract, memory } = await testApp(t)
    const headers = { ...JSON_HEADERS, 'transfer-encoding': 'chunked' }
    const raw = rawSocket(await listen(app), message('POST /v1/invoices', headers, 'no chunk\r\n'))
    assertProblem(contract('POST', POST, parseAnswer(await raw.closed)), 'bad-request', 400)
    assert.equal(memory.usedBytes, 0)
  })

  test('is never answered where the till waits for the answer to an earlier invoice', async (t) => {
    const kafka = Promise.withResolvers<typeof RECEIPT>()
    const { app, requests, answers } = await testApp(t, { ingest: () => kafka.promise })
    const whole = message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': 2 }, '{}')
    const raw = rawSocket(await listen(app), `${whole}this is no HTTP\r\n\r\n`)
    assert.equal(await raw.closed, '')
    assert.equal(requests.length, 1)
    kafka.resolve(RECEIPT)
    while (answers.length === 0) await new Promise(setImmediate)
    assert.equal(answers[0]?.status, 201)
  })

  test('says nothing to a client that is gone', async (t) => {
    const { app } = await testApp(t)
    const raw = rawSocket(await listen(app), 'POST /v1/invoices HTTP/1.1\r\nhost: g\r\n')
    raw.socket.resetAndDestroy()
    assert.equal(await raw.closed, '')
    assert.equal((await app.inject('/livez')).statusCode, 200)
  })
})
