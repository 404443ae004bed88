import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { QUICK_JVM } from '../../dev/kafka/prepared.ts'
import { type Authority, type Certificate, createAuthority } from '../harness/certificates.ts'
import { DEADLINE_MS, spawnCli, startServe } from '../harness/cli-process.ts'
import { startLoad } from '../harness/load.ts'
import { assertDelivered } from '../harness/run.ts'
import type { SentInvoice } from '../harness/till.ts'
import { startTokenServer, type TokenServer } from '../kafka/token-server.ts'

const TOPIC = 'secured'
const PARTITIONS = 6
const SESSION_MS = 3_000
/** So short that a token is renewed several times, too. */
const TOKEN_SECONDS = 5
const SECRET = 'hunter2-marker'

let folder: string
let tokens: TokenServer
let kafka: KafkaCluster
let env: NodeJS.ProcessEnv
/** Of all tests: they share the topic. */
const sent: SentInvoice[] = []

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-'))
  tokens = await startTokenServer()
  tokens.tokenSeconds = TOKEN_SECONDS
  const authority = createAuthority()
  const files = await writeFiles(authority)
  kafka = await startKafka({ brokerConfig: secured(files), jvmFlags: [...QUICK_JVM, allowUrl(tokens.jwksUrl)] })
  await kafka.createTopic({ topic: TOPIC, partitions: PARTITIONS })
  const { host, port } = kafka.brokers[0]!.proxiedTarget
  env = {
    KAFKA_BROKERS: `${host}:${port}`,
    KAFKA_TOPIC: TOPIC,
    KAFKA_PARTITIONS: String(PARTITIONS),
    KAFKA_TLS: 'true',
    KAFKA_TLS_CA_FILE: files.ca,
    KAFKA_TLS_CERT_FILE: files.clientCert,
    KAFKA_TLS_KEY_FILE: files.clientKey,
    KAFKA_SASL_MECHANISM: 'oauthbearer',
    KAFKA_OAUTH_TOKEN_URL: tokens.tokenUrl,
    KAFKA_OAUTH_CLIENT_ID: 'tillgate',
    KAFKA_OAUTH_CLIENT_SECRET_FILE: files.secret,
  }
})

after(async () => {
  await kafka?.stop()
  await tokens?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function writeFiles(authority: Authority) {
  const write = async (name: string, content: string) => {
    const file = join(folder, name)
    await writeFile(file, content)
    return file
  }
  const broker = authority.issue('broker', { names: ['IP:127.0.0.1'] })
  const client = authority.issue('tillgate')
  return {
    ca: await write('ca.pem', authority.cert),
    otherCa: await write('other-ca.pem', createAuthority('another authority').cert),
    broker: await write('broker.pem', pairOf(broker)),
    clientCert: await write('client.pem', client.cert),
    clientKey: await write('client-key.pem', client.key),
    secret: await write('secret', SECRET),
  }
}

const pairOf = ({ key, cert }: Certificate) => `${key}${cert}`
const allowUrl = (url: string) => `-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${url}`

/** TLS in both directions and tokens, with sessions that end soon. */
function secured(files: { readonly ca: string; readonly broker: string }): Record<string, string> {
  const oauth = 'org.apache.kafka.common.security.oauthbearer'
  return {
    'listener.security.protocol.map': 'DIRECT:PLAINTEXT,PROXIED:SASL_SSL,CONTROLLER:PLAINTEXT',
    'listener.name.proxied.ssl.keystore.type': 'PEM',
    'listener.name.proxied.ssl.keystore.location': files.broker,
    'listener.name.proxied.ssl.truststore.type': 'PEM',
    'listener.name.proxied.ssl.truststore.location': files.ca,
    'listener.name.proxied.ssl.client.auth': 'required',
    'listener.name.proxied.sasl.enabled.mechanisms': 'OAUTHBEARER',
    'listener.name.proxied.oauthbearer.sasl.jaas.config': `${oauth}.OAuthBearerLoginModule required;`,
    'listener.name.proxied.oauthbearer.sasl.server.callback.handler.class': `${oauth}.OAuthBearerValidatorCallbackHandler`,
    'listener.name.proxied.oauthbearer.connections.max.reauth.ms': String(SESSION_MS),
    'sasl.oauthbearer.jwks.endpoint.url': tokens.jwksUrl,
    'sasl.oauthbearer.expected.audience': 'kafka',
  }
}

async function serve(t: TestContext) {
  const gateway = await startServe(env)
  t.after(() => gateway.end())
  await gateway.untilReady()
  return gateway
}

/** Runs a command and resolves with its exit code and what it wrote. */
async function run(t: TestContext, args: string[], changes: NodeJS.ProcessEnv = {}) {
  const started = spawnCli(args, { ...env, KAFKA_CONNECTION_TIMEOUT_MS: '4000', ...changes })
  t.after(() => started.end())
  const { code } = await started.exited
  const output = `${started.stderr()}${started.stdout()}`
  assert.doesNotMatch(output, /\n {4}at |marker/)
  return { code, output }
}

test('sessions and tokens are renewed while lanes are busy: no answer but 201, none lost, none twice, in order', async (t) => {
  const gateway = await serve(t)
  const tail = spawnCli(['tail', '--json', '--from', 'beginning'], env)
  t.after(() => tail.end())
  const load = startLoad({ url: gateway.url, tills: 24, stores: 20 })
  await sleep(3 * SESSION_MS)
  const ofLoad = await load.stop()
  sent.push(...ofLoad)
  const others = ofLoad.flatMap(({ answers }) => answers.slice(0, -1).map(({ slug, status }) => slug ?? status))
  assert.deepEqual(others, [], 'nothing had to be sent again')
  assert.ok(tokens.requests.length >= 2, 'the token was renewed')
  const { acknowledged } = await assertDelivered(kafka.bootstrap, TOPIC, sent)
  const shown = () => tail.stdout().toString().split('\n').length - 1
  await eventually('tail has shown them all, too', DEADLINE_MS, 100, async () => shown() >= acknowledged || undefined)
  assert.equal(shown(), acknowledged)
  assert.equal(tail.child.exitCode, null, tail.stderr())
  t.diagnostic(`${acknowledged} acknowledged, ${tokens.requests.length} tokens, longest gap ${load.longestGapMs} ms`)
})

test('while the token server is away the log says so and no invoice is acknowledged; then all goes on', async (t) => {
  const gateway = await serve(t)
  const load = startLoad({ url: gateway.url, tills: 12, stores: 10 })
  await load.more(100)
  tokens.script = (response) => {
    response.statusCode = 503
    response.end()
  }
  t.after(() => {
    tokens.script = undefined
  })
  await gateway.untilNotReady('no broker answers')
  await gateway.untilLogged(/no token for Kafka from http:\S+: it answered 503/)
  tokens.script = undefined
  await gateway.untilReady()
  await load.more(200)
  sent.push(...(await load.stop()))
  assert.deepEqual(load.failures, [])
  const { acknowledged } = await assertDelivered(kafka.bootstrap, TOPIC, sent)
  t.diagnostic(`${acknowledged} acknowledged`)
})

test('tail, audit and topics log in the same way', async (t) => {
  const [tail, audit, topics] = await Promise.all([
    run(t, ['tail', '--from', 'beginning', '--limit', '3']),
    run(t, ['audit']),
    run(t, ['topics', 'check']),
  ])
  assert.equal(tail.code, 0, tail.output)
  assert.match(audit.output, /held|kept/i)
  assert.match(topics.output, /secured/)
})

test('what is wrong with certificates or tokens is told', async (t) => {
  const none = { KAFKA_TLS_CERT_FILE: '', KAFKA_TLS_KEY_FILE: '' }
  const noLogin = { KAFKA_SASL_MECHANISM: '', KAFKA_OAUTH_TOKEN_URL: '', KAFKA_OAUTH_CLIENT_ID: '' }
  const wrong: [NodeJS.ProcessEnv, RegExp][] = [
    [none, /wants a client certificate \(.*\): set KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE/],
    [{ KAFKA_TLS_CA_FILE: join(folder, 'other-ca.pem') }, /is not trusted \(.*\): KAFKA_TLS_CA_FILE has to name/],
    [{ KAFKA_TLS_KEY_FILE: join(folder, 'ca.pem') }, /KAFKA_TLS_KEY_FILE cannot be used/],
    [
      { ...noLogin, KAFKA_OAUTH_CLIENT_SECRET_FILE: '' },
      /wants a login \(SASL OAUTHBEARER\): .* KAFKA_OAUTH_ variables/,
    ],
    [{ KAFKA_OAUTH_TOKEN_URL: tokens.jwksUrl }, /no token for Kafka from \S+: its answer has no access_token/],
  ]
  await Promise.all(
    wrong.map(async ([changes, said]) => {
      const { code, output } = await run(t, ['topics', 'check'], changes)
      assert.notEqual(code, 0)
      assert.match(output, said)
    }),
  )
})
