import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AuthResult } from '../../src/auth/auth-result.ts'
import type { AppOptions } from '../../src/http/app.ts'
import { message, parseAnswer } from './raw-socket.ts'
import { CURSOR_PATTERN, JSON_HEADERS, listen, POST, RECEIPT, type TestDeps, testApp, UPLOAD } from './test-app.ts'

const MIB = 2 ** 20
const CHUNKED = { ...JSON_HEADERS, 'transfer-encoding': 'chunked' }
const chunk = (bytes: number) => `${bytes.toString(16)}\r\n${' '.repeat(bytes)}\r\n`
const CURSOR = CURSOR_PATTERN.replaceAll(/[{}]/g, '')
const UNKNOWN: AuthResult = { kind: 'failure', failure: 'not-ours' }
const unknown = () => UNKNOWN

/** What is refused, by its status, and how: before the body is read, while it is read, or because none is read. */
const REFUSED: readonly (readonly [status: number, request: string, fields?: object, deps?: TestDeps])[] = [
  [404, 'POST /nope'],
  [405, `DELETE ${POST}`],
  [415, `POST ${POST}`, { 'content-type': 'text/plain' }],
  [401, `POST ${POST}`, {}, { authenticate: unknown }],
  [401, `GET ${CURSOR}`, {}, { authenticate: unknown }],
  [503, `POST ${POST}`, {}, { isRefusing: () => true }],
  [413, `POST ${POST}`],
  [413, `POST ${UPLOAD}`],
  [400, 'POST /%zz'],
  [200, 'GET /livez'],
]

/** A client, and the gateway's side of its connection. It closes its side when it likes. */
async function connection(t: TestContext, deps: TestDeps = {}, options: Partial<AppOptions> = {}) {
  const { app } = await testApp(t, deps, options)
  const accepted = once(app.server, 'connection') as Promise<[Socket]>
  const socket = connect({ host: '127.0.0.1', port: await listen(app), allowHalfOpen: true })
  t.after(() => socket.destroy())
  let received = ''
  socket.setEncoding('latin1').on('error', () => {})
  const read = () => socket.on('data', (text) => (received += text))
  const [gatewaySide] = await accepted
  let isClosed = false
  gatewaySide.once('close', () => (isClosed = true))
  return {
    socket,
    gatewaySide,
    read,
    answer: () => parseAnswer(received),
    statuses: () => [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status)),
    /** Waits for as much, in turns of the event loop. */
    until: async (isSo: () => boolean) => {
      for (const untilMs = performance.now() + 60_000; !isSo(); await new Promise(setImmediate))
        assert.ok(performance.now() < untilMs, `late: ${received}`)
    },
    isClosed: () => isClosed,
    sendUntilClosed: async (more: string) => {
      for (; !isClosed; await new Promise(setImmediate)) if (!socket.writableNeedDrain) socket.write(more)
    },
    hasAnswer: () => received.includes('\r\n\r\n'),
  }
}

suite('a connection whose body is not read', { concurrency: true }, () => {
  for (const [status, request, fields = {}, deps = {}] of REFUSED)
    test(`${status} to ${request}: is closed after thousands of tiny chunks`, async (t) => {
      const { socket, gatewaySide, read, answer, sendUntilClosed } = await connection(t, deps)
      read()
      socket.write(message(request, { ...CHUNKED, ...fields }, chunk(MIB / 2)))
      await sendUntilClosed(chunk(1).repeat(5_000))
      assert.ok(gatewaySide.bytesRead < 20 * MIB, `${gatewaySide.bytesRead / MIB} MiB`)
      assert.equal(answer().statusCode, status)
    })

  for (const [status, request, fields = {}, deps = {}] of REFUSED)
    for (const bytes of [MIB, 12 * MIB])
      test(`${status} to ${request}: gives its answer to who reads it behind ${bytes / MIB} MiB`, async (t) => {
        const { socket, read, answer, until, hasAnswer } = await connection(t, deps)
        socket.write(message(request, { ...CHUNKED, ...fields }))
        socket.write(`${chunk(MIB / 16).repeat((16 * bytes) / MIB)}0\r\n\r\n`)
        await until(() => socket.writableLength === 0)
        read()
        await until(hasAnswer)
        assert.equal(answer().statusCode, status)
      })
})

suite('a connection that is closed while its client sends', () => {
  test('lingers for half a minute behind its answer if the client does not close it', async (t) => {
    const { socket, read, until, hasAnswer, isClosed, gatewaySide } = await connection(t, { isRefusing: () => true })
    t.mock.timers.enable({ apis: ['setTimeout'] })
    read()
    socket.write(message(`POST ${POST}`, CHUNKED, chunk(10)))
    await until(() => hasAnswer() && socket.readableEnded)
    socket.write(chunk(10))
    await until(() => gatewaySide.bytesRead > 0)
    t.mock.timers.tick(29_999)
    for (let i = 0; i < 10; i++) await new Promise(setImmediate)
    assert.equal(isClosed(), false)
    t.mock.timers.tick(1)
    await until(isClosed)
  })

  test('is closed at once when the client closes it, too', async (t) => {
    const { socket, read, until, isClosed } = await connection(t, { isRefusing: () => true })
    t.mock.timers.enable({ apis: ['setTimeout'] })
    read()
    socket.write(message(`POST ${POST}`, CHUNKED, chunk(10)))
    await until(() => socket.readableEnded)
    socket.end(chunk(10))
    await until(isClosed)
  })

  test('is read on if it was paused until the body was refused', async (t) => {
    const denied = Promise.withResolvers<AuthResult>()
    const { socket, gatewaySide, read, until, answer } = await connection(t, { authenticate: () => denied.promise })
    read()
    socket.write(message(`POST ${UPLOAD}`, { ...JSON_HEADERS, 'content-length': 20 * MIB }, ' '.repeat(MIB)))
    await until(() => gatewaySide.isPaused())
    denied.resolve(UNKNOWN)
    await until(() => gatewaySide.bytesRead > MIB)
    assert.equal(answer().statusCode, 401)
  })
})

suite('a body that is refused and has no end', () => {
  for (const [what, more] of [
    ['large chunks', chunk(MIB / 16)],
    ['a chunk size', '0'.repeat(MIB / 16)],
  ] as const)
    test(`is read slowly, and closed when the time of a request is over, if ${what} without end comes`, async (t) => {
      const options = { requestTimeoutMs: 5_000 }
      const { socket, gatewaySide, read, answer, sendUntilClosed } = await connection(t, {}, options)
      read()
      socket.write(message('POST /nope', CHUNKED))
      await sendUntilClosed(more)
      assert.equal(answer().statusCode, 404)
      assert.ok(gatewaySide.bytesRead < 200 * MIB, `${gatewaySide.bytesRead / MIB} MiB`)
    })
})

suite('a connection that is kept behind a refused body in chunks', () => {
  test('stays paused while too many answers wait behind an earlier one', async (t) => {
    const stored = Promise.withResolvers<typeof RECEIPT>()
    const { socket, gatewaySide, read, until, statuses } = await connection(t, { ingest: () => stored.promise })
    let sentBytes = 0
    const send = async (text: string) => {
      socket.write(text)
      sentBytes += text.length
      await until(() => gatewaySide.bytesRead === sentBytes)
    }
    const page = message('GET /openapi.json')
    await send(message(`POST ${POST}`, { ...JSON_HEADERS, 'content-length': 2 }, '{}'))
    await send(message('POST /nope', CHUNKED, chunk(1)))
    await send(`${chunk(1)}0\r\n\r\n${page.repeat(3)}`)
    socket.write(page)
    await sleep(50)
    stored.resolve(RECEIPT)
    read()
    await until(() => statuses().length === 6)
    assert.deepEqual(statuses(), [201, 404, 200, 200, 200, 200])
  })

  test('reads on if it was paused until the body was refused', async (t) => {
    const denied = Promise.withResolvers<AuthResult>()
    const { socket, gatewaySide, read, until, statuses } = await connection(t, { authenticate: () => denied.promise })
    read()
    socket.write(message(`POST ${POST}`, CHUNKED, chunk(MIB)))
    await until(() => gatewaySide.isPaused())
    denied.resolve(UNKNOWN)
    socket.write(`0\r\n\r\n${message('GET /livez')}`)
    await until(() => statuses().length === 2)
    assert.deepEqual(statuses(), [401, 200])
  })
})
