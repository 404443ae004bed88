import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import {
  createServer as createTlsServer,
  getCACertificates,
  type SecureVersion,
  setDefaultCACertificates,
} from 'node:tls'
import { freePorts } from '../../dev/kafka/ports.ts'
import {
  type Connection,
  connectionProblem,
  topicProblem,
  withConnectionProblems,
} from '../../src/kafka/connection-problem.ts'
import kafkajs from '../../src/kafka/kafkajs/index.ts'
import { BROKER_CERTIFICATE } from './broker-certificate.ts'
import { FakeCluster } from './fake-broker.ts'

const require = createRequire(import.meta.url)
const Encoder = require('kafkajs/src/protocol/encoder')
const { createErrorFromCode } = require('kafkajs/src/protocol/error')
const SASL_HANDSHAKE = 17
const LOST = new kafkajs.KafkaJSConnectionError('Connection error')
const LOGIN = { mechanism: 'scram-sha-512', username: 'till-user', password: 'hunter2-marker' } as const

function connectionTo(address: string, more: Partial<Connection> = {}): Connection {
  return { brokers: [address], ssl: false, sasl: undefined, connectionTimeoutMs: 3_000, topic: 'invoices', ...more }
}

async function listening(t: TestContext, server: Server): Promise<string> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A broker that knows these SASL mechanisms; none: it wants no login; `silent`: it does not come to answering. */
async function broker(t: TestContext, mechanisms: readonly string[] | 'silent'): Promise<string> {
  const cluster = await FakeCluster.start()
  t.after(() => cluster.stop())
  cluster.broker(1).script = ({ apiKey, send }) => {
    if (apiKey !== SASL_HANDSHAKE) return false
    if (mechanisms === 'silent') return true
    const code = mechanisms.length === 0 ? 34 : 33
    send(new Encoder().writeInt16(code).writeArray(mechanisms.map((name) => new Encoder().writeString(name))).buffer)
    return true
  }
  return cluster.bootstrap[0] as string
}

test('the address, what was tried and who does not answer are named, with the variable to set', async (t) => {
  const [free] = (await freePorts(1)) as [number]
  const http = await listening(
    t,
    createHttpServer((_, response) => response.end()),
  )
  const tls = await listening(t, createTlsServer())
  const silent = await listening(t, createServer())
  const cases: [Connection, RegExp][] = [
    [connectionTo(`127.0.0.1:${free}`), /\(tried with no TLS, no SASL\):\n.*connection refused.*KAFKA_BROKERS/],
    [
      connectionTo(`127.0.0.1:${free}`, { ssl: true, sasl: LOGIN }),
      /\(tried with TLS, SASL scram-sha-512\):\n.*refused/,
    ],
    [connectionTo('kafka.invalid:9092'), /(no such name|cannot be looked up).*KAFKA_BROKERS/],
    [connectionTo(http), /speaks HTTP, not Kafka.*KAFKA_BROKERS/],
    [connectionTo(http, { ssl: true }), /speaks HTTP, not Kafka.*KAFKA_BROKERS/],
    [connectionTo(tls), /wants TLS: set KAFKA_TLS=true/],
    [connectionTo(tls, { ssl: true }), /speaks TLS but refuses our connection \(.*handshake failure\)/],
    [connectionTo(silent, { connectionTimeoutMs: 200 }), /does not answer as Kafka does: .*KAFKA_BROKERS/],
    [connectionTo(await broker(t, []), { ssl: true }), /Kafka without TLS: set KAFKA_TLS=false/],
    [connectionTo(await broker(t, [])), /it answers now; before: Connection error/],
    [connectionTo(await broker(t, []), { sasl: LOGIN }), /Kafka without SASL: unset KAFKA_SASL_MECHANISM/],
    [connectionTo(await broker(t, ['PLAIN', 'GSSAPI'])), /login \(SASL PLAIN, GSSAPI\): set KAFKA_SASL_MECHANISM/],
    [
      connectionTo(await broker(t, 'silent'), { sasl: LOGIN, connectionTimeoutMs: 1_000 }),
      /does not answer as Kafka does/,
    ],
    [
      connectionTo(await broker(t, ['PLAIN']), { sasl: LOGIN }),
      /offers SASL PLAIN, not scram-sha-512: set KAFKA_SASL_M/,
    ],
  ]
  const told = cases.map(async ([connection, said]) => {
    const text = (await connectionProblem(LOST, connection)) ?? ''
    assert.match(text, said)
    assert.ok(text.includes(`\n  ${connection.brokers[0]}: `), text)
    assert.doesNotMatch(text, /marker|till-user|\bE[A-Z]{6,}/)
  })
  await Promise.all(told)
})

test('a broker that wants a client certificate is recognised, also when TLS 1.3 says so after the handshake', async (t) => {
  const trusted = getCACertificates('default')
  setDefaultCACertificates([...trusted, BROKER_CERTIFICATE.cert])
  t.after(() => setDefaultCACertificates(trusted))
  const said: [SecureVersion, RegExp][] = [
    [
      'TLSv1.3',
      /: it speaks TLS but wants a client certificate \(.*certificate required\): set KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE/,
    ],
    ['TLSv1.2', /: it speaks TLS but refuses our connection \(.*handshake failure\): does it want client certificates/],
  ]
  for (const [maxVersion, text] of said) {
    const server = createTlsServer({ ...BROKER_CERTIFICATE, requestCert: true, rejectUnauthorized: true, maxVersion })
    const problem = await connectionProblem(LOST, connectionTo(await listening(t, server), { ssl: true }))
    assert.match(problem ?? '', text)
  }
})

test('a login that is refused is said, without the login', async (t) => {
  const code = await connectionProblem(
    createErrorFromCode(58),
    connectionTo(await broker(t, ['SCRAM-SHA-512']), { sasl: LOGIN }),
  )
  assert.match(code ?? '', /refuses the login/)
  const refused: Error = Reflect.construct(kafkajs.KafkaJSSASLAuthenticationError, ['Authentication failed'])
  const text = await connectionProblem(refused, connectionTo(await broker(t, ['SCRAM-SHA-512']), { sasl: LOGIN }))
  assert.match(text ?? '', /refuses the login: are KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD right\?/)
  assert.doesNotMatch(text ?? '', /marker|till-user/)
})

test('of several brokers each is told, and an advertised address that cannot be reached too', async (t) => {
  const [first, second] = (await freePorts(2)) as [number, number]
  const good = await broker(t, [])
  const advertised = Object.assign(new kafkajs.KafkaJSConnectionError('lost'), { broker: `127.0.0.1:${second}` })
  const text = await connectionProblem(advertised, connectionTo(good, { brokers: [good, `127.0.0.1:${first}`] }))
  assert.match(text ?? '', new RegExp(`${good}: it answers now`))
  assert.match(text ?? '', new RegExp(`127\\.0\\.0\\.1:${first}: nothing listens`))
  assert.match(text ?? '', new RegExp(`127\\.0\\.0\\.1:${second} \\(its advertised address\\): nothing listens`))
})

test('an IPv6 address is told as it was given, and an advertised one with brackets', async (t) => {
  const cluster = await FakeCluster.start(1, '::1')
  t.after(() => cluster.stop())
  const [bootstrap = ''] = cluster.bootstrap
  const [closed] = (await freePorts(1)) as [number]
  // kafkajs names brokers without brackets.
  const lost = (port: number) => Object.assign(new kafkajs.KafkaJSConnectionError('lost'), { broker: `::1:${port}` })
  cluster.broker(1).script = ({ apiKey }) => apiKey === SASL_HANDSHAKE // says nothing
  const connection = connectionTo(bootstrap, { connectionTimeoutMs: 500 })
  const itself = await connectionProblem(lost(Number(bootstrap.split(':').at(-1))), connection)
  assert.match(itself ?? '', /\n {2}\[::1\]:\d+: it accepts connections/)
  assert.doesNotMatch(itself ?? '', /advertised/)
  const advertised = await connectionProblem(lost(closed), connection)
  assert.ok(advertised?.includes(`\n  [::1]:${closed} (its advertised address): nothing listens there`), advertised)
})

test('what the client says about the system is words', async () => {
  const root = new kafkajs.KafkaJSConnectionError('Connection error: connect ECONNREFUSED 127.0.0.1:1')
  const own = new Error('nothing arrived for 30 s', { cause: root })
  const working = withConnectionProblems(connectionTo('127.0.0.1:1'), () => Promise.reject(own))
  await assert.rejects(working, ({ message }: Error) => {
    assert.match(message, /^nothing arrived for 30 s\nno connection to Kafka/)
    assert.doesNotMatch(message, /ECONNREFUSED/)
    return true
  })
  const other = new Error('the throttle is still on', { cause: createErrorFromCode(31) })
  await assert.rejects(
    withConnectionProblems(connectionTo('127.0.0.1:1'), () => Promise.reject(other)),
    /^Error: the throttle is still on\nCluster authorization failed$/,
  )
})

test('a missing topic is named, with what makes it', async () => {
  const missing = createErrorFromCode(3)
  assert.match(
    topicProblem(missing, 'pos.invoices') ?? '',
    /^topic pos\.invoices is missing: create it with tillgate topics create/,
  )
  assert.match(topicProblem(createErrorFromCode(29), 'pos.invoices') ?? '', /not allowed for this login/)
  const connection = connectionTo('127.0.0.1:1')
  await assert.rejects(
    withConnectionProblems(connection, () => Promise.reject(missing)),
    /topic invoices is missing/,
  )
})

test('what our own error says stays in front of what is wrong with the connection or the topic', async (t) => {
  const connection = connectionTo(await broker(t, []))
  const causes: [Error, RegExp][] = [
    [LOST, /^the throttle is still on\nno connection to Kafka \(tried with .*\):\n.*it answers now/],
    [createErrorFromCode(3), /^the throttle is still on\ntopic invoices is missing/],
  ]
  for (const [cause, said] of causes) {
    const own = new Error('the throttle is still on', { cause })
    await assert.rejects(
      withConnectionProblems(connection, () => Promise.reject(own)),
      ({ message }: Error) => said.test(message),
    )
  }
  const wrapped = Reflect.construct(kafkajs.KafkaJSNonRetriableError, ['gave up', { cause: LOST }])
  await assert.rejects(
    withConnectionProblems(connection, () => Promise.reject(wrapped)),
    /^Error: no connection to Kafka/,
    'the words of the client about itself are of no use',
  )
})

test('an error of something else stays as it is, and what works is not touched', async () => {
  const connection = connectionTo('127.0.0.1:1')
  const error = new Error('reading was stopped')
  await assert.rejects(
    withConnectionProblems(connection, () => Promise.reject(error)),
    (thrown) => thrown === error,
  )
  assert.equal(await connectionProblem(createErrorFromCode(10), connection), undefined)
  assert.equal(await withConnectionProblems(connection, async () => 7), 7)
})
