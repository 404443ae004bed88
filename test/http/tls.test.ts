import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request as httpsRequest } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { eventually } from '../../dev/kafka/eventually.ts'
import type { ClientCertificate } from '../../src/auth/certificates.ts'
import type { Principal } from '../../src/auth/principal.ts'
import type { AppOptions } from '../../src/http/app.ts'
import { trackRequests } from '../../src/http/close-server.ts'
import { createAuthority } from '../harness/certificates.ts'
import { replaceFile } from '../harness/replace-file.ts'
import { message, parseAnswer } from './raw-socket.ts'
import { JSON_HEADERS, listen, POST, RECEIPT, type TestDeps, testApp } from './test-app.ts'

const DEADLINE_MS = 10_000
const REREAD_MS = 20
/** The time that is run out of. A handshake that goes on has to end within it, on a busy machine too. */
const SLOW_MS = 1_000
const authority = createAuthority()
const others = createAuthority('another authority')
const TILL = authority.issue('till', { names: ['DNS:till-7.example'] })

/** An app behind TLS whose files can be replaced. */
async function tlsApp(t: TestContext, deps: TestDeps = {}, options: Partial<AppOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-'))
  t.after(() => rm(folder, { recursive: true }))
  const [certFile, keyFile, clientCaFile] = ['cert', 'key', 'ca'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const replace = async (subject: string, from = authority) => {
    const { cert, key } = from.issue(subject, { names: ['IP:127.0.0.1'] })
    await replaceFile(keyFile, key)
    await replaceFile(certFile, cert)
  }
  await replace('first')
  await replaceFile(clientCaFile, authority.cert)
  const troubles: string[] = []
  const refused: string[] = []
  const tls = {
    ...{ certFile, keyFile, clientCaFile, rereadMs: REREAD_MS },
    onTrouble: (reason: string) => troubles.push(reason),
    onRefused: (code: string) => refused.push(code),
  }
  const { app, ...rest } = await testApp(t, deps, { tls, ...options })
  const port = await listen(app)
  const open = async (more: ConnectionOptions = {}) => {
    const socket = connect({ host: '127.0.0.1', port, ca: authority.cert, ...more })
    t.after(() => socket.destroy())
    socket.on('error', () => {})
    await once(socket, 'secureConnect')
    return socket
  }
  return { app, port, open, replace, troubles, refused, certFile, clientCaFile, ...rest }
}

const post = (headers = {}) => message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': 2, ...headers }, '{}')

/** Everything until the connection ends. */
async function rest(socket: TLSSocket): Promise<string> {
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
  })
  await once(socket, 'close', { signal: AbortSignal.timeout(DEADLINE_MS) })
  return text
}

/** The next answer on a connection that stays open. */
async function answerOn(socket: TLSSocket, request: string): Promise<ReturnType<typeof parseAnswer>> {
  socket.write(request)
  const [chunk] = await once(socket, 'data', { signal: AbortSignal.timeout(DEADLINE_MS) })
  return parseAnswer(String(chunk))
}

suite('HTTPS', () => {
  test('closes a connection behind its answer if the refused body has no end', async (t) => {
    const { open } = await tlsApp(t, {}, { requestTimeoutMs: 5 * SLOW_MS })
    const socket = await open()
    let received = ''
    socket.setEncoding('latin1').on('data', (text) => (received += text))
    const closed = once(socket, 'close')
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
    socket.write(message('POST /nope', { 'transfer-encoding': 'chunked' }))
    const sending = setInterval(() => socket.writable && !socket.writableNeedDrain && socket.write(chunk))
    t.after(() => clearInterval(sending))
    await closed
    assert.equal(parseAnswer(received).statusCode, 404)
  })

  test('takes invoices, and health checks that have no certificate', async (t) => {
    const { open } = await tlsApp(t)
    const socket = await open()
    assert.match(socket.getProtocol() ?? '', /TLSv1\.[23]/)
    assert.equal((await answerOn(socket, post())).statusCode, 201)
    assert.equal((await answerOn(socket, message('GET /livez', {}))).statusCode, 200)
  })

  test('refuses versions before TLS 1.2', async (t) => {
    const { open, refused } = await tlsApp(t)
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const
    await assert.rejects(open(old))
    await eventually('it is told', DEADLINE_MS, 10, async () => refused.length > 0 || undefined)
  })

  test('a client that shuts its sending side after its request gets its answer', async (t) => {
    const ingest = () => new Promise<typeof RECEIPT>((resolve) => setTimeout(resolve, 100, RECEIPT))
    const { open } = await tlsApp(t, { ingest })
    const socket = await open()
    socket.end(post())
    assert.equal(parseAnswer(await rest(socket)).statusCode, 201)
  })

  test('plain HTTP, and a handshake that does not go on, are closed and told', async (t) => {
    const { port, refused } = await tlsApp(t, {}, { headersTimeoutMs: SLOW_MS })
    for (const [sent, code] of [
      [post(), 'ERR_SSL_HTTP_REQUEST'],
      ['', 'ERR_TLS_HANDSHAKE_TIMEOUT'],
    ] as const) {
      const socket = connectPlain(port, '127.0.0.1')
      socket.on('error', () => {}).resume()
      if (sent !== '') socket.write(sent)
      await once(socket, 'close', { signal: AbortSignal.timeout(DEADLINE_MS) })
      await eventually(code, DEADLINE_MS, 10, async () => refused.includes(code) || undefined)
    }
  })

  test('header fields that do not come in time are 408', async (t) => {
    const { open } = await tlsApp(t, {}, { requestTimeoutMs: 2 * SLOW_MS, headersTimeoutMs: SLOW_MS })
    const socket = await open()
    socket.write('POST /v1/invoices HTTP/1.1\r\nhost: g\r\n')
    assert.equal(parseAnswer(await rest(socket)).statusCode, 408)
  })

  test('what is in flight is answered when the app closes', async (t) => {
    let answer = (_receipt: typeof RECEIPT) => {}
    const ingest = () =>
      new Promise<typeof RECEIPT>((resolve) => {
        answer = resolve
      })
    const { app, open, requests } = await tlsApp(t, { ingest })
    const tracked = trackRequests(app)
    const socket = await open()
    const idle = await open()
    socket.write(post())
    await eventually('the request is there', DEADLINE_MS, 5, async () => requests.length === 1 || undefined)
    const closed = tracked.close(DEADLINE_MS)
    answer(RECEIPT)
    assert.equal(parseAnswer(await rest(socket)).statusCode, 201)
    await closed
    assert.ok(idle.destroyed || (await rest(idle)) === '')
  })
})

suite('the files', () => {
  const subjectOf = (socket: TLSSocket) => socket.getPeerCertificate().subject.CN
  const until = (what: string, isSo: () => Promise<boolean>) =>
    eventually(what, DEADLINE_MS, REREAD_MS, async () => (await isSo()) || undefined)

  test('are read again: new connections get the new certificate, open ones go on', async (t) => {
    const { open, replace, troubles } = await tlsApp(t)
    const before = await open()
    assert.equal(subjectOf(before), 'first')
    await replace('second')
    await until('the new certificate', async () => subjectOf(await open()) === 'second')
    assert.equal((await answerOn(before, post())).statusCode, 201)
    assert.deepEqual(
      troubles.filter((reason) => !reason.includes('mismatch')),
      [],
      'but for a key without its certificate',
    )
  })

  test('that cannot be used change nothing, and that is told', async (t) => {
    const { open, troubles, certFile } = await tlsApp(t)
    for (const content of ['no certificate', '']) {
      await replaceFile(certFile, content)
      await until('it is told', async () => troubles.length === 1)
      assert.match(troubles.splice(0).join(), new RegExp(`^${certFile}`))
      assert.equal(subjectOf(await open()), 'first')
    }
  })
})

suite('a client certificate', () => {
  /** Says who was seen, instead of a principal. */
  function watching(seen: (ClientCertificate | undefined)[]) {
    return (_: string | undefined, _sender: string, certificate?: ClientCertificate) => {
      seen.push(certificate)
      return { kind: 'failure', failure: 'certificate-untrusted' } as const
    }
  }
  const shown = (certificate: ClientCertificate | undefined) =>
    certificate && [certificate.certificate.subjectAltName, certificate.isTrusted]

  test('is seen with its names if an authority of ours vouches for it, and is none otherwise', async (t) => {
    const seen: (ClientCertificate | undefined)[] = []
    const { open } = await tlsApp(t, { authenticate: watching(seen) })
    const cases = [
      [TILL, ['DNS:till-7.example', true]],
      [others.issue('till', { names: ['DNS:till-7.example'] }), ['DNS:till-7.example', false]],
      [authority.issue('till', { names: ['DNS:till-7.example'], validTo: new Date(0) }), ['DNS:till-7.example', false]],
      [{}, undefined],
    ] as const
    for (const [certificate, expected] of cases)
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        const socket = await open({ ...certificate, maxVersion })
        const { statusCode, headers } = await answerOn(socket, post())
        assert.equal(statusCode, 401)
        assert.equal(headers.connection, 'close')
        assert.deepEqual(shown(seen.pop()), expected)
      }
  })

  test('counts no longer on any connection once its authority is replaced, not even with a resumed session', async (t) => {
    const seen: (ClientCertificate | undefined)[] = []
    const principal: Principal = {
      ...{ name: 'till-7', tokenId: 'a', stores: '*', terminals: '*', issuedAtMs: 0, expiresAtMs: Infinity },
      scopes: new Set(['invoices:write']),
    }
    const { open, port, clientCaFile } = await tlsApp(t, {
      authenticate: (_, _sender, certificate) => {
        seen.push(certificate)
        return certificate?.isTrusted
          ? { kind: 'principal', principal }
          : { kind: 'failure', failure: 'certificate-untrusted' }
      },
    })
    const before = await open(TILL)
    assert.equal((await answerOn(before, post())).statusCode, 201)
    const agent = new Agent({ ca: authority.cert, ...TILL })
    t.after(() => agent.destroy())
    const viaAgent = async () => {
      const request = httpsRequest({
        host: '127.0.0.1',
        port,
        agent,
        method: 'POST',
        path: POST,
        headers: JSON_HEADERS,
      })
      const [answer] = await once(request.end('{}'), 'response')
      answer.resume()
      return answer.statusCode
    }
    assert.equal(await viaAgent(), 201)
    await replaceFile(clientCaFile, others.cert)
    await eventually('it is 401', DEADLINE_MS, REREAD_MS, async () => (await viaAgent()) === 401 || undefined)
    assert.equal((await answerOn(before, post())).statusCode, 401, 'on the connection that was open before')
  })
})
