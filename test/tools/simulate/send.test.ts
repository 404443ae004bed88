import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { answerOf, createSender } from '../../../src/tools/simulate/send.ts'

const never = new AbortController().signal
const body = Buffer.from('{"a":1}')

async function sender(t: TestContext, listener: RequestListener, connections = 4) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/pos/`)
  const sender = createSender({
    url,
    connections,
    answerTimeoutMs: 30_000,
    tokenHeaders: { authorization: 'Bearer a.b.c' },
  })
  t.after(async () => {
    await sender.close()
    server.closeAllConnections()
    server.close()
  })
  return sender
}

test('an invoice is posted under the path of the URL, over connections that are kept and bounded', async (t) => {
  const seen: string[] = []
  const sockets = new Set<unknown>()
  const it = await sender(
    t,
    async (request, response) => {
      sockets.add(request.socket)
      const sent = (await request.toArray()).join('')
      seen.push(
        `${request.method} ${request.url} ${request.headers['content-type']} ${request.headers.authorization} ${sent}`,
      )
      response.writeHead(201).end('{"invoiceId":"i","partition":2,"offset":"17"}')
    },
    2,
  )
  const answers = await Promise.all(Array.from({ length: 10 }, () => it.send(body, never)))
  assert.deepEqual(new Set(seen), new Set(['POST /pos/v1/invoices application/json Bearer a.b.c {"a":1}']))
  assert.equal(seen.length, 10)
  assert.ok(sockets.size <= 2)
  assert.equal(it.waited, 8)
  for (const { status, outcome, place } of answers)
    assert.deepEqual(
      { status, outcome, place },
      { status: 201, outcome: 'acknowledged', place: { partition: 2, offset: '17' } },
    )
})

test('a connection that breaks, before an answer or within it, is no answer', async (t) => {
  let requests = 0
  const it = await sender(t, (request, response) => {
    requests++
    if (requests === 1) request.socket.destroy()
    else response.writeHead(201, { 'content-length': '1000' }).write('{"partition":', () => response.destroy())
  })
  for (let i = 0; i < 2; i++) assert.deepEqual(await it.send(body, never), NO_ANSWER)
  assert.equal(requests, 2, 'the sender does not send again by itself')
})

test('nobody there, and an end of the run, are no answer either', async (t) => {
  const gone = createSender({
    url: new URL('http://127.0.0.1:1'),
    connections: 1,
    answerTimeoutMs: 30_000,
    tokenHeaders: {},
  })
  t.after(() => gone.close())
  assert.deepEqual(await gone.send(body, never), NO_ANSWER)
  const silent = await sender(t, () => {})
  const ending = new AbortController()
  const sent = silent.send(body, ending.signal)
  setTimeout(() => ending.abort(), 20)
  assert.deepEqual(await sent, NO_ANSWER)
})

test('outcomes come from the problem document; an answer that has none is unknown', () => {
  assert.deepEqual(answerOf(503, '7', '{"outcome":"rejected"}'), {
    status: 503,
    action: 'resend',
    outcome: 'rejected',
    place: undefined,
    retryAfterMs: 7_000,
  })
  assert.equal(answerOf(504, undefined, '{"outcome":"unknown"}').outcome, 'unknown')
  assert.equal(answerOf(503, undefined, '<html>busy</html>').outcome, 'unknown')
  assert.equal(answerOf(502, 'Wed, 21 Oct 2026 07:28:00 GMT', 'null').retryAfterMs, undefined)
  assert.equal(answerOf(400, undefined, '[]').outcome, 'unknown')
  const { place } = answerOf(200, undefined, '{"invoiceId":"i","partition":1,"offset":null}')
  assert.deepEqual(place, { partition: 1, offset: null })
  assert.equal(answerOf(201, undefined, '{"invoiceId":"i"}').place, undefined)
})

test('only a receipt is acknowledged: a captive portal says 200 as well', () => {
  const { action, outcome } = answerOf(200, undefined, '<html>Sign in</html>')
  assert.deepEqual([action, outcome], ['resend', 'unknown'])
  assert.equal(answerOf(201, undefined, '{"invoiceId":"i"}').outcome, 'acknowledged')
})

test('only a problem document makes the till put an invoice aside', () => {
  for (const status of [400, 401, 403, 404, 413, 422]) {
    assert.equal(answerOf(status, undefined, '<html>no such page</html>').action, 'resend')
    assert.equal(answerOf(status, undefined, '{"till":"quarantine","outcome":"rejected"}').action, 'quarantine')
  }
})

const NO_ANSWER = { status: null, action: 'resend', outcome: 'unknown', place: undefined, retryAfterMs: undefined }
