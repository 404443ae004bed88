import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseAnswer, rawSocket } from './raw-socket.ts'
import { assertProblem, listen, POST, testApp } from './test-app.ts'

suite('a request that two parsers may read differently', () => {
  for (const [what, head] of [
    ['two Host fields', 'host: gateway\r\nhost: other\r\ncontent-length: 2'],
    ['no Host field', 'content-length: 2'],
    ['two lengths', 'host: gateway\r\ncontent-length: 2\r\ncontent-length: 3'],
    ['a length beside a transfer coding', 'host: gateway\r\ncontent-length: 2\r\ntransfer-encoding: chunked'],
    ['a transfer coding that is not chunked', 'host: gateway\r\ntransfer-encoding: gzip, chunked'],
    ['an unknown transfer coding', 'host: gateway\r\ntransfer-encoding: identity'],
    ['chunked twice', 'host: gateway\r\ntransfer-encoding: chunked, chunked'],
  ] as const) {
    test(`${what}: 400, nothing reaches ingest`, async (t) => {
      const { app, contract, requests, memory } = await testApp(t)
      const text = `POST /v1/invoices HTTP/1.1\r\ncontent-type: application/json\r\n${head}\r\n\r\n{}`
      const raw = rawSocket(await listen(app), text)
      assertProblem(contract('POST', POST, parseAnswer(await raw.closed)), 'bad-request', 400)
      assert.equal(requests.length, 0)
      assert.equal(memory.usedBytes, 0)
    })
  }
})

test('a client of HTTP/1.0 needs no Host field', async (t) => {
  const { app } = await testApp(t)
  assert.match(await rawSocket(await listen(app), 'GET /livez HTTP/1.0\r\n\r\n').closed, /^HTTP\/1.1 200 /)
})
