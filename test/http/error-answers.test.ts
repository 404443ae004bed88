import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Senders } from '../../src/admission/senders.ts'
import type { AppDeps } from '../../src/http/app.ts'
import { countPieces } from './count-pieces.ts'
import { message, parseAnswer, rawSocket } from './raw-socket.ts'
import { assertProblem, JSON_HEADERS, listen, POST, PUT, testApp } from './test-app.ts'

suite('requests for which there is no route', () => {
  for (const url of ['/nope', '/v1', '/v1/invoices/', '/V1/invoices', '/docs/static/nope', '/v1/stores/S1']) {
    test(`${url} is 404`, async (t) => {
      const { app, answers } = await testApp(t)
      const answer = await app.inject({ method: 'GET', url })
      assertProblem(answer.json(), 'not-found', 404)
      assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
      assert.equal(answer.headers['x-content-type-options'], 'nosniff')
      assert.deepEqual(answers, [])
    })
  }

  for (const [method, url, allow] of [
    ['GET', POST, 'POST'],
    ['DELETE', `${POST}?force=1`, 'POST'],
    ['OPTIONS', POST, 'POST'],
    ['POST', PUT, 'PUT'],
    ['GET', PUT, 'PUT'],
    ['POST', '/readyz', 'GET, HEAD'],
    ['PUT', '/problems/saturated', 'GET, HEAD'],
  ] as const) {
    test(`${method} ${url} is 405 and allows ${allow}`, async (t) => {
      const { app, answers } = await testApp(t)
      const answer = await app.inject({ method, url })
      assertProblem(answer.json(), 'method-not-allowed', 405)
      assert.equal(answer.headers.allow, allow)
      assert.deepEqual(answers, [])
    })
  }

  test('a method that nobody knows is 405 too', async (t) => {
    const { app } = await testApp(t)
    const raw = rawSocket(await listen(app), message('PROPFIND /v1/invoices', { connection: 'close' }))
    const answer = parseAnswer(await raw.closed)
    assertProblem(JSON.parse(answer.body), 'method-not-allowed', 405)
    assert.equal(answer.headers.allow, 'POST')
  })

  test('a body is neither read into memory nor in the way of the next request', async (t) => {
    const { app } = await testApp(t)
    const body = 'x'.repeat(3_000_000)
    const raw = rawSocket(await listen(app), message('POST /nope', { 'content-length': body.length }, body))
    assertProblem(JSON.parse(parseAnswer(await raw.until('outcome')).body), 'not-found', 404)
    raw.socket.write(message('GET /livez'))
    await raw.until('{"live":true}')
    raw.socket.destroy()
  })
})

suite('paths that cannot be read', () => {
  for (const url of ['/%zz', PUT.replace('S1', '%ff'), PUT.replace('S1', 's'.repeat(101))]) {
    test(`${url.slice(0, 30)} is 400 and is not repeated`, async (t) => {
      const { app } = await testApp(t)
      const answer = await app.inject({ method: 'PUT', url })
      assertProblem(answer.json(), 'bad-request', 400)
      assert.equal(answer.headers['x-content-type-options'], 'nosniff')
      assert.doesNotMatch(answer.body, /%zz|%ff|sss/)
    })
  }
})

suite('whoever floods a gateway with what it refuses', () => {
  const limits = { maxConnections: 10, memoryBytes: 1e6, uploadMemoryBytes: 1e6, timeShare: 1e-6 }
  const unknown: AppDeps['authenticate'] = () => ({ kind: 'failure', failure: 'not-ours' })

  test('gets a late answer for a thousand requests at a time; further ones are answered at once', async (t) => {
    const senders = new Senders(limits)
    const { app } = await testApp(t, { senders })
    senders.obstacle(senders.named('till'))
    senders.stranger('127.0.0.1').charge(1_000)
    t.mock.timers.enable({ apis: ['setTimeout'] })
    // It is not sent before somebody waits for it.
    const late = Array.from({ length: 1_000 }, () => app.inject('/nope').then(({ statusCode }) => statusCode))
    for (let i = 0; i < 3; i++) assert.equal((await app.inject('/nope')).statusCode, 429)
    t.mock.timers.tick(1_000)
    assert.deepEqual(new Set(await Promise.all(late)), new Set([429]))
    await new Promise(setImmediate)
    let isAnswered = false
    const next = app.inject('/nope').finally(() => {
      isAnswered = true
    })
    for (let i = 0; i < 10; i++) await new Promise(setImmediate)
    assert.equal(isAnswered, false, 'late again')
    t.mock.timers.tick(1_000)
    await next
  })

  for (const [what, method, url, status] of [
    ['paths that there are not', 'GET', '/nope', 404],
    ['methods that a path does not take', 'DELETE', POST, 405],
    ['paths that cannot be read', 'GET', '/%zz', 400],
    ['tokens that are refused', 'POST', POST, 401],
  ] as const)
    test(`with ${what}, gets 429 while tills send, after a second; others are answered as ever`, async (t) => {
      const senders = new Senders(limits)
      const { app } = await testApp(t, { senders, authenticate: unknown })
      const ask = (remoteAddress: string) =>
        app.inject({
          method,
          url,
          headers: { ...JSON_HEADERS },
          ...(status === 401 && { payload: '{}' }),
          remoteAddress,
        })
      assert.equal((await ask('10.0.0.7')).statusCode, status)
      senders.stranger('10.0.0.7').charge(1_000)
      assert.equal((await ask('10.0.0.7')).statusCode, status, 'no till sends')
      senders.obstacle(senders.named('till'))
      t.mock.timers.enable({ apis: ['setTimeout'] })
      let isAnswered = false
      const late = ask('10.0.0.7').finally(() => {
        isAnswered = true
      })
      for (const address of ['10.0.0.8', '10.0.0.9']) assert.equal((await ask(address)).statusCode, status)
      assert.equal(isAnswered, false)
      t.mock.timers.tick(1_000)
      assertProblem((await late).json(), 'sender-limit', 429)
    })
})

suite('a refused body that comes in chunks of which nobody knows how many', () => {
  const chunked = { ...JSON_HEADERS, 'transfer-encoding': 'chunked' }
  const some = '4\r\nabcd\r\n'

  test('is not read to its end if a bound on load refused it: the connection is closed', async (t) => {
    let isRefusing = true
    const { app } = await testApp(t, { isRefusing: () => isRefusing })
    const looked = countPieces(app)
    const port = await listen(app)
    const raw = rawSocket(port, message(`POST ${POST}`, chunked, some.repeat(1_000)))
    const answer = parseAnswer(await raw.closed)
    assertProblem(JSON.parse(answer.body), 'draining', 503)
    assert.equal(answer.headers.connection, 'close')
    assert.equal(looked(), 0)
    // Its parser serves the next connection.
    isRefusing = false
    const next = rawSocket(port, message(`POST ${POST}`, chunked, `${some}0\r\n\r\n`))
    await next.until('receivedAt')
    next.socket.destroy()
  })

  test('is passed over otherwise, so that the client has the answer and the connection', async (t) => {
    const { app } = await testApp(t)
    const looked = countPieces(app)
    const raw = rawSocket(
      await listen(app),
      message(`POST ${POST}`, { ...chunked, 'content-type': 'text/plain' }, some.repeat(1_000)),
    )
    assertProblem(JSON.parse(parseAnswer(await raw.until('outcome')).body), 'unsupported-media-type', 415)
    raw.socket.write(`0\r\n\r\n${message(`POST ${POST}`, { ...JSON_HEADERS, 'content-length': 2 }, '{}')}`)
    await raw.until('receivedAt')
    assert.equal(looked(), 1, 'the piece of the body that was taken')
    raw.socket.destroy()
  })
})
