import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { message, parseAnswer, rawSocket } from './raw-socket.ts'
import { assertProblem, listen, POST, PUT, testApp } from './test-app.ts'

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
