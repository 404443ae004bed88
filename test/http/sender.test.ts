import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { suite, type TestContext, test } from 'node:test'
import { eventually } from '../../dev/kafka/eventually.ts'
import { Senders } from '../../src/admission/senders.ts'
import type { Principal } from '../../src/auth/principal.ts'
import type { AppDeps } from '../../src/http/app.ts'
import type { UploadRequest } from '../../src/ingest/upload.ts'
import { message, parseAnswer, type RawSocket, rawSocket } from './raw-socket.ts'
import {
  assertProblem,
  JSON_HEADERS,
  listen,
  POST,
  RECEIPT,
  type TestDeps,
  testApp,
  UPLOAD,
  untimed,
} from './test-app.ts'

/** What was spent is as good as never forgiven: the tests must not depend on how long they take. */
const LIMITS = { maxConnections: 2, memoryBytes: 10_000, uploadMemoryBytes: 10_000, timeShare: 1e-6 }

/** Whoever says a name is that principal. */
const authenticate: AppDeps['authenticate'] = (name = 'nobody') => {
  const principal: Principal = {
    ...{ name, tokenId: name, stores: '*', terminals: '*', issuedAtMs: 0, expiresAtMs: Infinity },
    scopes: new Set(['invoices:write']),
  }
  return { kind: 'principal', principal }
}

async function appOf(t: TestContext, deps: TestDeps = {}) {
  const senders = new Senders(LIMITS)
  const made = await testApp(t, {
    authenticate,
    senders,
    // As the gateway does.
    admit: (announcedBytes, sender) => made.memory.hasRoom(announcedBytes) && made.memory.tryReserve(0, sender.memory),
    ...deps,
  } as TestDeps)
  const port = await listen(made.app)
  const sockets: RawSocket[] = []
  t.after(() => {
    for (const { socket } of sockets) socket.destroy()
  })
  const send = (sender: string, body = '{}', headers: Record<string, string | number> = {}, path = POST) => {
    const length = 'transfer-encoding' in headers ? {} : { 'content-length': body.length }
    const fields = { ...JSON_HEADERS, authorization: sender, ...length, ...headers }
    const raw = rawSocket(port, message(`POST ${path}`, fields, body))
    sockets.push(raw)
    return raw
  }
  const status = async (raw: RawSocket) => parseAnswer(await raw.until('\r\n\r\n')).statusCode
  return { ...made, port, senders, send, status }
}

suite('one sender', () => {
  test('with too many connections gets 429 and is closed; others go on, and so does it with fewer', async (t) => {
    const { send, status, senders, contract, answers } = await appOf(t)
    const held = [send('a'), send('a')]
    for (const raw of held) assert.equal(await status(raw), 201)
    const answer = parseAnswer(await send('a').closed)
    const problem = contract('POST', POST, answer)
    assertProblem(problem, 'sender-limit', 429)
    assert.equal(problem.till, 'resend')
    assert.equal(answer.headers.connection, 'close')
    assert.match(answer.headers['retry-after'] ?? '', /^[1-3]$/)
    assert.deepEqual(untimed(answers.at(-1)!), {
      ...{ kind: 'problem', route: 'post', status: 429, slug: 'sender-limit', cause: undefined },
      bound: 'sender-connections',
    })
    assert.equal(await status(send('b')), 201)
    held[0]?.socket.destroy()
    const isGone = () =>
      eventually('it is gone', 10_000, 5, async () => senders.named('a').connections < 2 || undefined)
    await isGone()
    assert.equal(await status(send('a')), 201)
  })

  test('is its address where there are no tokens: connections beyond its share are closed before they send anything', async (t) => {
    const { send, status, senders, port } = await appOf(t, { authenticate: null })
    const held = [rawSocket(port, ''), rawSocket(port, '')]
    await eventually('both are there', 10_000, 5, async () => senders.named('127.0.0.1').connections === 2 || undefined)
    assert.equal(await rawSocket(port, '').closed, '')
    held[0]?.socket.destroy()
    await eventually('one is gone', 10_000, 5, async () => senders.named('127.0.0.1').connections === 1 || undefined)
    const raw = send('')
    assert.equal(await status(raw), 201)
    assert.equal(senders.named('127.0.0.1').connections, 2, 'each counts once')
    held[1]?.socket.destroy()
  })

  test('has the connections that it used last: those of a load balancer change hands', async (t) => {
    const { send, status, senders } = await appOf(t)
    const raw = send('a')
    await status(raw)
    assert.deepEqual([senders.named('a').connections, senders.named('b').connections], [1, 0])
    raw.socket.write(message(`POST ${POST}`, { ...JSON_HEADERS, authorization: 'b', 'content-length': 2 }, '{}'))
    await eventually(
      'both are answered',
      10_000,
      5,
      async () => raw.received().split('receivedAt').length > 2 || undefined,
    )
    assert.deepEqual([senders.named('a').connections, senders.named('b').connections], [0, 1])
    raw.socket.destroy()
    await eventually('it is gone', 10_000, 5, async () => senders.named('b').connections === 0 || undefined)
  })

  test('has no connection any more once that is closed, even if a request of it is still to come', async (t) => {
    const { app, senders } = await appOf(t, { authenticate: null })
    const request = Readable.from([]) as unknown as IncomingMessage
    const socket = new Socket().destroy()
    await once(socket, 'close')
    const fields = { method: 'POST', url: POST, headers: { ...JSON_HEADERS, host: 'gateway' }, httpVersion: '1.1' }
    Object.assign(request, fields, { socket, complete: true })
    app.routing(request, new ServerResponse(request))
    assert.equal(senders.named('').connections, 0)
  })

  test('whose bytes wait for Kafka may not add to them beyond its share; others may', async (t) => {
    const kafka = Promise.withResolvers<typeof RECEIPT>()
    const { send, status, requests, senders, memory } = await appOf(t, { ingest: () => kafka.promise })
    const waiting = send('a', 'x'.repeat(8_000))
    await eventually('it waits', 10_000, 5, async () => requests.length === 1 || undefined)
    const refused = parseAnswer(await send('a', 'x'.repeat(4_000)).until('outcome'))
    assert.equal(refused.statusCode, 429)
    assert.match(refused.body, /still under way/)
    const other = send('b', 'x'.repeat(8_000))
    await eventually('the other waits', 10_000, 5, async () => requests.length === 2 || undefined)
    kafka.resolve(RECEIPT)
    assert.deepEqual([await status(waiting), await status(other)], [201, 201])
    assert.deepEqual([senders.named('a').memory.usedBytes, memory.usedBytes], [0, 0])
  })

  test('that takes too much time is refused while others send; what it did before counts', async (t) => {
    const { send, status, senders } = await appOf(t, {
      ingest: async () => {
        const until = performance.now() + 30
        while (performance.now() < until);
        return RECEIPT
      },
    })
    assert.equal(await status(send('b')), 201)
    senders.named('a').charge(490)
    assert.equal(await status(send('a')), 201)
    const refused = parseAnswer(await send('a').until('outcome'))
    assert.equal(refused.statusCode, 429)
    assert.match(refused.body, /too much time/)
    assert.ok(Number(refused.headers['retry-after']) >= 1)
    assert.equal(await status(send('b')), 201)
  })

  test('pays for bodies that are refused, too', async (t) => {
    const { send, senders } = await appOf(t)
    const sender = senders.named('a')
    sender.charge(500)
    const large = send('a', '', { 'content-length': 12 * 2 ** 20 })
    assert.equal(parseAnswer(await large.until('outcome')).statusCode, 413)
    assert.ok(sender.waitMs() > 0)
  })

  test('pays more for what is its fault than for what a bound refuses', async (t) => {
    let isRefusing = true
    const { send, status, senders } = await appOf(t, { isRefusing: () => isRefusing })
    const sender = senders.named('a')
    sender.charge(499.7)
    assert.equal(await status(send('a')), 503)
    assert.equal(sender.waitMs(), 0)
    isRefusing = false
    assert.equal(await status(send('a', '{}', { 'content-type': 'text/plain' })), 415)
    assert.ok(sender.waitMs() > 0)
  })

  test('pays for each piece of a body, however short', async (t) => {
    const { send, status, senders } = await appOf(t)
    const sender = senders.named('a')
    sender.charge(500)
    const chunks = `${'1\r\nx\r\n'.repeat(4_000)}0\r\n\r\n`
    const raw = send('a', chunks, { 'transfer-encoding': 'chunked' })
    assert.equal(await status(raw), 201)
    assert.ok(sender.waitMs() > 1e6, 'more than a millisecond')
  })

  test('takes only its own part of the places of uploads that wait to be read', async (t) => {
    const { send } = await appOf(t, { hasReader: (sender) => sender !== 'a', ingestUpload: async () => [] })
    const lines = { 'content-type': 'application/x-ndjson' }
    assert.match(await send('a', '{}', lines, UPLOAD).until('outcome'), /^HTTP\/1.1 503 .*wait to be read/s)
    assert.match(await send('b', '{}', lines, UPLOAD).until('summary'), /^HTTP\/1.1 200/)
  })

  test('has its uploads in a queue of its own', async (t) => {
    const queues: (string | undefined)[] = []
    const ingestUpload = async ({ sender }: UploadRequest) => {
      queues.push(sender)
      return []
    }
    const { send } = await appOf(t, { ingestUpload })
    const lines = { 'content-type': 'application/x-ndjson' }
    for (const name of ['a', 'b']) await send(name, '{}', lines, UPLOAD).until('summary')
    assert.deepEqual(queues, ['a', 'b'])
  })
})
