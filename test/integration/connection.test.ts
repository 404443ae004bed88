import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, type TestContext, test } from 'node:test'
import { createServer } from 'node:tls'
import { type ProxiedKafka, startProxiedKafka } from '../../dev/kafka/proxied-cluster.ts'
import { spawnCli, startServe } from '../harness/cli-process.ts'
import { BROKER_CERTIFICATE } from '../kafka/broker-certificate.ts'

const LOGIN = {
  'listener.security.protocol.map': 'DIRECT:PLAINTEXT,PROXIED:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
  'listener.name.proxied.sasl.enabled.mechanisms': 'SCRAM-SHA-256',
  'listener.name.proxied.scram-sha-256.sasl.jaas.config':
    'org.apache.kafka.common.security.scram.ScramLoginModule required;',
}
const PASSWORD = 'hunter2-marker'
const SCRAM = {
  KAFKA_SASL_MECHANISM: 'scram-sha-256',
  KAFKA_SASL_USERNAME: 'tillgate',
  KAFKA_SASL_PASSWORD: PASSWORD,
}

let kafka: ProxiedKafka

before(async () => {
  kafka = await startProxiedKafka({ brokers: 1, brokerConfig: LOGIN })
})

after(() => kafka?.stop())

/** What each command that needs Kafka says of it; all of them the same. */
async function said(t: TestContext, env: NodeJS.ProcessEnv): Promise<string> {
  const texts = await Promise.all(
    [['tail', '--from', 'beginning', '--limit', '1'], ['audit'], ['topics', 'check']].map(async (args) => {
      const started = spawnCli(args, { KAFKA_TOPIC: 'missing', KAFKA_CONNECTION_TIMEOUT_MS: '4000', ...env })
      t.after(() => started.end())
      const { code } = await started.exited
      assert.ok(code !== 0, args.join(' '))
      assert.doesNotMatch(started.output(), /\n {4}at |marker/)
      return `${started.stderr()}${started.stdout()}`
    }),
  )
  return texts.join('\n---\n')
}

function assertEach(texts: string, expected: RegExp): void {
  const each = texts.split('\n---\n')
  assert.equal(each.length, 3)
  for (const text of each) assert.match(text, expected)
}

test('a broker that wants a login, or none, or another, says so through every command', async (t) => {
  const locked = kafka.bootstrap.join()
  const open = kafka.cluster.bootstrap.join()
  const cases: [NodeJS.ProcessEnv, RegExp][] = [
    [{ KAFKA_BROKERS: locked }, /wants a login \(SASL SCRAM-SHA-256\): set KAFKA_SASL_MECHANISM/],
    [{ KAFKA_BROKERS: locked, ...SCRAM }, /refuses the login: are KAFKA_SASL_USERNAME/],
    [{ KAFKA_BROKERS: locked, ...SCRAM, KAFKA_SASL_MECHANISM: 'plain' }, /offers SASL SCRAM-SHA-256, not plain/],
    [{ KAFKA_BROKERS: open, ...SCRAM }, /Kafka without SASL: unset KAFKA_SASL_MECHANISM/],
    [{ KAFKA_BROKERS: open, KAFKA_TLS: 'true' }, /Kafka without TLS: set KAFKA_TLS=false/],
    [{ KAFKA_BROKERS: open }, /missing[^\n]*tillgate topics create/],
  ]
  for (const [env, expected] of cases) assertEach(await said(t, env), expected)
})

test('a certificate that nobody vouches for is told, and TLS where plain text was tried', async (t) => {
  const server = createServer(BROKER_CERTIFICATE, (socket) => {
    socket.on('error', () => {})
    socket.end()
  })
  server.on('tlsClientError', () => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const KAFKA_BROKERS = `127.0.0.1:${(server.address() as AddressInfo).port}`
  assertEach(await said(t, { KAFKA_BROKERS }), /it wants TLS: set KAFKA_TLS=true/)
  const untrusted = /certificate is not trusted \(depth zero self signed cert\): KAFKA_TLS_CA_FILE/
  assertEach(await said(t, { KAFKA_BROKERS, KAFKA_TLS: 'true' }), untrusted)
})

test('readiness and the log of serve say the same', async (t) => {
  const env = { KAFKA_BROKERS: kafka.bootstrap.join(), KAFKA_TOPIC: 'missing', KAFKA_PARTITIONS: '6' }
  const gateway = await startServe(env)
  t.after(() => gateway.end())
  const [reason] = await gateway.untilNotReady('wants a login')
  assert.match(reason ?? '', /^no producer session: .*tried with no TLS, no SASL.*KAFKA_SASL_MECHANISM/)
  assert.ok(gateway.log().length > 0)
})
