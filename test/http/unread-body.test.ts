import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { countPieces } from './count-pieces.ts'
import { message, parseAnswer, rawSocket } from './raw-socket.ts'
import { CURSOR, JSON_HEADERS, listen, POST, testApp } from './test-app.ts'

const CHUNKED = { 'transfer-encoding': 'chunked' }
const PREFLIGHT = { origin: 'https://till.example', 'access-control-request-method': 'POST' }

suite('a body that no route reads', () => {
  for (const [request, status] of [
    ['GET /livez', 200],
    ['HEAD /readyz', 200],
    ['GET /problems', 200],
    [`GET ${CURSOR}`, 200],
    [`OPTIONS ${POST}`, 204],
  ] as const)
    test(`${request}: it is passed over, and the connection is closed behind the answer`, async (t) => {
      const { app } = await testApp(t, {}, { corsOrigins: [PREFLIGHT.origin] })
      const pieces = countPieces(app)
      const port = await listen(app)
      for (const [fields, body] of [
        [CHUNKED, '1\r\nx\r\n'.repeat(5_000)],
        [{ 'content-length': 1_000_000 }, 'x'.repeat(5_000)],
        [{ 'content-length': 2 }, '{}'],
      ] as const) {
        const raw = rawSocket(port, message(request, { ...PREFLIGHT, ...fields }, body))
        const { statusCode, headers } = parseAnswer(await raw.closed)
        assert.deepEqual([statusCode, headers.connection], [status, 'close'])
      }
      assert.equal(pieces(), 0)
      // Their parsers serve the next connections.
      const next = rawSocket(port, message(`POST ${POST}`, { ...JSON_HEADERS, ...CHUNKED }, '2\r\n{}\r\n0\r\n\r\n'))
      await next.until('receivedAt')
      next.socket.destroy()
    })

  test('is none where its length is 0: the connection is kept', async (t) => {
    const { app } = await testApp(t)
    const raw = rawSocket(await listen(app), message('GET /livez', { 'content-length': 0 }).repeat(2))
    while (raw.received().split('HTTP/1.1 200 OK').length < 3) await new Promise(setImmediate)
    assert.doesNotMatch(raw.received(), /connection: close/i)
    raw.socket.destroy()
  })
})
