import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { message, parseAnswer, rawSocket } from './raw-socket.ts'
import { recorder } from './recorder.ts'
import { assertProblem, JSON_HEADERS, listen, POST, PUT, PUT_PATTERN, RECEIPT, testApp } from './test-app.ts'

suite('buildApp', () => {
  test('asks nothing of what it is given before the first request', async (t) => {
    const never = () => assert.fail('asked too early')
    await testApp(t, { isDraining: never, isReady: never, admit: never, onAnswer: never })
  })

  test('builds as many applications as are asked for, each on its own', async (t) => {
    const one = await testApp(t)
    const other = await testApp(t, { isDraining: () => true })
    assert.equal((await one.app.inject('/readyz')).statusCode, 200)
    assert.equal((await other.app.inject('/readyz')).statusCode, 503)
  })

  test('bounds every wait on a client, and outlives the idle timeout of a load balancer', async (t) => {
    const { app } = await testApp(t, {}, { requestTimeoutMs: 20_000, keepAliveTimeoutMs: 72_000 })
    assert.equal(app.server.requestTimeout, 20_000)
    assert.equal(app.server.headersTimeout, 10_000)
    assert.equal(app.server.keepAliveTimeout, 72_000)
    assert.equal(app.server.timeout, 120_000)
    assert.equal(app.server.maxRequestsPerSocket, 0)
  })

  test('takes no more connections than it is told to', async (t) => {
    const { app } = await testApp(t, {}, { maxConnections: 1 })
    const port = await listen(app)
    const first = rawSocket(port, message('GET /livez'))
    await first.until('{"live":true}')
    assert.equal(await rawSocket(port, message('GET /livez')).closed, '')
    first.socket.destroy()
  })

  test('says nosniff and nothing of what it is made of on every answer', async (t) => {
    const { app } = await testApp(t)
    for (const url of ['/livez', '/readyz', '/openapi.json', '/docs', '/problems', '/nope', POST]) {
      const { headers } = await app.inject(url)
      assert.equal(headers['x-content-type-options'], 'nosniff', url)
      assert.equal(headers['x-powered-by'], undefined)
      assert.equal(headers.server, undefined)
    }
  })

  test('logs each 500 with the id that the problem document says, and nothing that was sent', async (t) => {
    const lines: Record<string, unknown>[] = []
    const { app, contract } = await testApp(t, { ingest: brokenIngest }, { logger: recorder(lines) })
    const payload = { note: 'secret' }
    const first = await app.inject({ method: 'POST', url: POST, payload, headers: { 'request-id': 'forged' } })
    const second = await app.inject({ method: 'PUT', url: PUT, payload, headers: { 'x-request-id': 'forged' } })
    const problems = [contract('POST', POST, first), contract('PUT', PUT_PATTERN, second)]
    for (const problem of problems) assertProblem(problem, 'internal-error', 500)
    const [one, two] = problems.map(({ requestId }) => String(requestId))
    assert.match(one!, /^[0-9a-f]{8}-1$/)
    assert.match(two!, /^[0-9a-f]{8}-2$/)
    assert.deepEqual(
      lines.map(({ requestId, method, route }) => [requestId, method, route]),
      [
        [one, 'POST', POST],
        [two, 'PUT', PUT_PATTERN.replaceAll(/\{(\w+)\}/g, ':$1')],
      ],
    )
    assert.ok(lines.every(({ cause }) => cause instanceof TypeError))
    assert.doesNotMatch(JSON.stringify(lines), /secret|forged/)
  })

  test('a 4xx has an id, too, and no line', async (t) => {
    const lines: Record<string, unknown>[] = []
    const { app } = await testApp(t, {}, { logger: recorder(lines) })
    for (const url of ['/nope', '/%zz', POST])
      assert.match((await app.inject(url)).json().requestId, /^[0-9a-f]{8}-\w+$/)
    assert.deepEqual(lines, [])
  })
})

async function brokenIngest(): Promise<never> {
  throw new TypeError('secret')
}

suite('while draining', () => {
  test('every answer says Connection: close, also to requests that were there before', async (t) => {
    let draining = false
    const kafka = Promise.withResolvers<typeof RECEIPT>()
    const { app, requests } = await testApp(t, { isDraining: () => draining, ingest: () => kafka.promise })
    const whole = message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': 2 }, '{}')
    const raw = rawSocket(await listen(app), whole)
    while (requests.length === 0) await new Promise(setImmediate)

    draining = true
    for (const url of ['/livez', '/readyz', '/problems', '/docs', '/nope', '/%zz', POST, PUT]) {
      assert.equal((await app.inject(url)).headers.connection, 'close', url)
    }
    kafka.resolve(RECEIPT)
    assert.match(await raw.closed, /^HTTP\/1.1 201 .*connection: close/is)
  })

  test('a connection stays open otherwise', async (t) => {
    const { app } = await testApp(t)
    const whole = message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': 2 }, '{}')
    const raw = rawSocket(await listen(app), whole)
    assert.doesNotMatch(await raw.until('receivedAt'), /connection: close/i)
    raw.socket.write(whole)
    while (raw.received().split('HTTP/1.1 201').length < 3) await new Promise(setImmediate)
    raw.socket.destroy()
  })

  test('an invoice that is in flight when the server closes is still answered', async (t) => {
    const kafka = Promise.withResolvers<typeof RECEIPT>()
    let draining = false
    const { app, requests } = await testApp(t, { isDraining: () => draining, ingest: () => kafka.promise })
    const whole = message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': 2 }, '{}')
    const raw = rawSocket(await listen(app), whole)
    while (requests.length === 0) await new Promise(setImmediate)
    draining = true
    const closed = app.close()
    kafka.resolve(RECEIPT)
    assert.match(await raw.closed, /^HTTP\/1.1 201 /)
    await closed
  })
})

suite('a client that shuts its sending side after its request', () => {
  test('gets its answer, however long it takes, and then the connection is closed', async (t) => {
    const kafka = Promise.withResolvers<typeof RECEIPT>()
    const { app, contract, memory } = await testApp(t, { ingest: () => kafka.promise })
    const raw = halfOpen(
      await listen(app),
      message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': 2 }, '{}'),
    )
    setTimeout(() => kafka.resolve(RECEIPT), 100)
    const answer = parseAnswer(await raw.closed)
    assert.equal(answer.statusCode, 201)
    contract('POST', POST, answer)
    assert.equal(memory.usedBytes, 0)
  })

  test('gets a problem in the same way', async (t) => {
    const { app, contract } = await testApp(t, { admit: () => null })
    const raw = halfOpen(
      await listen(app),
      message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': 2 }, '{}'),
    )
    assertProblem(contract('POST', POST, parseAnswer(await raw.closed)), 'saturated', 503)
  })

  test('gets all answers, if it sent several requests', async (t) => {
    const { app } = await testApp(t)
    const request = message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': 2 }, '{}')
    const received = await halfOpen(await listen(app), request + request + request).closed
    assert.equal(received.match(/HTTP\/1.1 201 Created/g)?.length, 3)
  })

  test('is not waited for when it sent no request', async (t) => {
    const { app } = await testApp(t)
    assert.equal(await halfOpen(await listen(app), '').closed, '')
  })
})

/** Sends `text` and shuts the sending side of the connection with it. */
function halfOpen(port: number, text: string) {
  const raw = rawSocket(port, text)
  raw.socket.end()
  return raw
}
