import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../dev/kafka/eventually.ts'
import type { AuthResult } from '../../src/auth/auth-result.ts'
import type { Authenticate } from '../../src/auth/authenticate.ts'
import type { Principal } from '../../src/auth/principal.ts'
import type { AppOptions } from '../../src/http/app.ts'
import { randomFrom } from '../harness/random.ts'
import { message, parseAnswer, rawSocket } from './raw-socket.ts'
import { CURSOR, JSON_HEADERS, listen, POST, RECEIPT, type TestDeps, testApp, UPLOAD } from './test-app.ts'

const MIB = 2 ** 20
const SEED = Number(process.env.SEED ?? randomInt(1_000_000))
const ROUNDS = Number(process.env.ROUNDS ?? 100)
const ANYBODY = {
  name: 'till',
  scopes: new Set(['invoices:write']),
  stores: '*',
  terminals: '*',
} as unknown as Principal
const CHUNKED = { ...JSON_HEADERS, 'transfer-encoding': 'chunked' }
const chunk = (bytes: number) => `${bytes.toString(16)}\r\n${' '.repeat(bytes)}\r\n`
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

/** The status of each answer, in order. */
function statusesIn(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))
}

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
    statuses: () => statusesIn(received),
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

  test(`answers all that follows, in order, however it is cut and whoever waits (SEED=${SEED})`, async (t) => {
    const random = randomFrom(SEED)
    const later = <T>(value: T) => sleep(random.below(8), value)
    const authenticate: Authenticate = (field) => {
      if (field !== 'Bearer no') return { kind: 'principal', principal: ANYBODY }
      return random.below(2) === 0 ? UNKNOWN : later(UNKNOWN)
    }
    const { app } = await testApp(t, { authenticate, ingest: () => later(RECEIPT) })
    const port = await listen(app)
    const body = () => {
      const chunks = Array.from({ length: random.pick([1, 3, 300]) }, () => chunk(random.pick([1, 100, 5_000])))
      return `${chunks.join('')}0\r\n\r\n`
    }
    const kinds: (() => readonly [status: number, text: string])[] = [
      () => [200, message('GET /livez')],
      () => [200, message('GET /openapi.json')],
      () => [201, message(`POST ${POST}`, { ...JSON_HEADERS, 'content-length': 2 }, '{}')],
      () => [404, message('POST /nope', CHUNKED, body())],
      () => [404, message('POST /nope', { 'content-length': 90_000 }, ' '.repeat(90_000))],
      () => [415, message(`POST ${POST}`, { ...CHUNKED, 'content-type': 'text/plain' }, body())],
      () => [401, message(`POST ${POST}`, { ...CHUNKED, authorization: 'Bearer no' }, body())],
    ]
    for (let round = 0; round < ROUNDS; round++) {
      const sent = Array.from({ length: 1 + random.below(8) }, () => random.pick(kinds)())
      const { socket, received } = rawSocket(port, '')
      const statuses = () => statusesIn(received())
      const bytes = sent.map(([, text]) => text).join('')
      for (let at = 0, size: number; at < bytes.length; at += size) {
        size = random.pick([10, 1_000, 70_000, 1_000_000])
        socket.write(bytes.slice(at, at + size))
        if (random.below(3) === 0) await sleep(random.below(12))
        if (random.below(4) === 0) {
          socket.pause()
          setTimeout(() => socket.resume(), random.below(30))
        }
      }
      await eventually(`round ${round}`, 30_000, 2, async () => statuses().length === sent.length || undefined)
      assert.deepEqual(
        statuses(),
        sent.map(([status]) => status),
        `round ${round}`,
      )
      socket.destroy()
    }
  })
})
