import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { request } from 'undici'
import { freePorts } from '../../../dev/kafka/ports.ts'
import { type NoAnswer, noAnswer } from '../../../src/tools/gateway/no-answer.ts'
import { BROKER_CERTIFICATE } from '../../kafka/broker-certificate.ts'

async function portOf(t: TestContext, server: Server, host = '127.0.0.1'): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})))
  await once(server.listen(0, host), 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function said(url: string): Promise<NoAnswer> {
  const failed = await request(url, { method: 'POST', body: 'x' }).then(
    () => assert.fail('there was an answer'),
    (error: unknown) => error,
  )
  return noAnswer(failed)
}

test('no connection: nothing was sent, and it is said in words why', async (t) => {
  const [closed] = (await freePorts(1)) as [number]
  const plain = await portOf(t, createHttpServer())
  const untrusted = await portOf(t, createTlsServer(BROKER_CERTIFICATE))
  const cases: [string, RegExp][] = [
    [`http://127.0.0.1:${closed}`, new RegExp(`^no answer: 127.0.0.1:${closed}: nothing listens there`)],
    [`http://[::1]:${closed}`, new RegExp(`^no answer: \\[::1\\]:${closed}: nothing listens there`)],
    [`http://localhost:${closed}`, /^no answer: .*nothing listens there/],
    ['http://nowhere.invalid', /^no answer: (?:there is no such name|the name cannot be looked up now)/],
    [`https://127.0.0.1:${plain}`, /^no answer: it does not speak TLS: is it http:\/\/ instead/],
    [
      `https://127.0.0.1:${untrusted}`,
      /^no answer: its certificate is not trusted \(depth zero self signed cert\): --ca-file/,
    ],
  ]
  for (const [url, words] of cases) {
    const { reason, isSent } = await said(url)
    assert.match(reason, words)
    assert.doesNotMatch(reason, /\bE[A-Z]{4,}/)
    assert.equal(isSent, false, url)
  }
})

test('a connection that breaks off, or speaks something else: the request may have arrived', async (t) => {
  const breaking = await portOf(
    t,
    createServer((socket) => socket.once('data', () => socket.destroy())),
  )
  const other = await portOf(
    t,
    createServer((socket) => socket.once('data', () => socket.end('SSH-2.0-x\r\n'))),
  )
  assert.deepEqual(await said(`http://127.0.0.1:${breaking}`), {
    reason: 'no answer: the other side broke the connection off',
    isSent: true,
  })
  assert.deepEqual(await said(`http://127.0.0.1:${other}`), {
    reason: 'no answer: what listens there does not speak HTTP',
    isSent: true,
  })
})
