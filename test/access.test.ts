import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pino } from 'pino'
import { eventually } from '../dev/kafka/eventually.ts'
import { readConfig } from '../src/config.ts'
import { startGateway } from '../src/gateway.ts'
import { newKey, type SigningKey, tokenOf } from './auth/tokens.ts'
import { FREE_PORTS } from './harness/cli-process.ts'
import { replaceFile } from './harness/replace-file.ts'
import { sampleInvoice } from './invoice/generate.ts'
import { FakeCluster } from './kafka/fake-broker.ts'

const WAYS = ['POST', 'PUT', 'upload', 'array'] as const
type Way = (typeof WAYS)[number]

interface Answer {
  readonly status: number
  readonly detail: string
  readonly till: unknown
  readonly challenge: string | null
}

/** A gateway over a fake broker that asks for tokens of these keys. Its files can be changed while it runs. */
async function startWith(
  t: TestContext,
  keys: readonly SigningKey[],
  settings: NodeJS.ProcessEnv = {},
  revoked: string[] = [],
) {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-access-'))
  const [jwksFile, revocationsFile] = [join(folder, 'jwks.json'), join(folder, 'revoked.json')]
  const setKeys = (...keys: SigningKey[]) =>
    replaceFile(jwksFile, JSON.stringify({ keys: keys.map(({ publicJwk }) => publicJwk) }))
  const setRevocations = (revocations: object) =>
    replaceFile(revocationsFile, JSON.stringify({ tokens: [], stores: {}, ...revocations }))
  await setKeys(...keys)
  await setRevocations({ tokens: revoked })
  const cluster = await FakeCluster.start(1)
  const config = readConfig({
    ...{ HOST: '127.0.0.1', ...FREE_PORTS, DRAIN_DELAY_MS: '0' },
    ...{ AUTH_JWKS_FILE: jwksFile, AUTH_REVOCATIONS_FILE: revocationsFile },
    ...{ KAFKA_BROKERS: cluster.bootstrap.join(), KAFKA_TOPIC: cluster.topic },
    ...{ KAFKA_PARTITIONS: String(cluster.partitions), ...settings },
  })
  const log: string[] = []
  const gateway = await startGateway(config, pino({}, { write: (line: string) => log.push(line) }))
  t.after(async () => {
    await gateway.stop()
    await cluster.stop()
    await rm(folder, { recursive: true })
  })
  await gateway.ready
  const { url, adminUrl } = gateway
  let last = 0

  /** The answer to one invoice, a new one unless the number says otherwise; in an upload, to the invoice itself if there is one. */
  async function send(
    way: Way,
    storeId: string,
    token: string | undefined,
    more: Record<string, string> = {},
    sequenceNumber = ++last,
  ) {
    const body = JSON.stringify(sampleInvoice({ storeId, terminalId: 'T1', journalId: 'J1', sequenceNumber }))
    const path = way === 'PUT' ? `stores/${storeId}/terminals/T1/journals/J1/invoices/${sequenceNumber}` : 'invoices'
    const isUpload = way === 'upload' || way === 'array'
    const answer = await fetch(`${url}/v1/${path}${isUpload ? '/batch' : ''}`, {
      method: way === 'PUT' ? 'PUT' : 'POST',
      headers: {
        'content-type': way === 'upload' ? 'application/x-ndjson' : 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...more,
      },
      body: way === 'array' ? `[${body}]` : body,
    })
    const document = JSON.parse(await answer.text())
    const { status, problem = document } = document.results?.[0] ?? { status: answer.status }
    const { detail, till } = problem
    return { status, detail, till, challenge: answer.headers.get('www-authenticate') } satisfies Answer
  }
  return { adminUrl, log, send, setKeys, setRevocations }
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

test('a till writes for its own store by every way, and for no other; an Idempotency-Key opens no way', async (t) => {
  const key = await newKey('k1')
  const { send } = await startWith(t, [key])
  const own = await tokenOf(key)
  const other = await tokenOf(key, { sub: 'till-8', jti: 'token-2', stores: ['S2'] })
  for (const way of WAYS) {
    assert.equal((await send(way, 'S1', own)).status, 201, way)
    const { status, till } = await send(way, 'S2', own)
    assert.deepEqual([status, till], [403, 'resend'], way)
  }
  const idempotencyKey = { 'idempotency-key': 'the same' }
  assert.equal((await send('POST', 'S1', own, idempotencyKey)).status, 201)
  for (const [way, status] of [
    ['POST', 201],
    ['PUT', 200],
  ] as const) {
    assert.equal((await send(way, 'S1', other, idempotencyKey)).status, 403, 'not the first one’s receipt')
    assert.equal((await send(way, 'S2', other, idempotencyKey, 1_000)).status, status, 'its own key of the same text')
  }
})

test('each token that is not good has its answer, by every way, and no till puts its sales aside', async (t) => {
  const key = await newKey('k1')
  const { send } = await startWith(t, [key], {}, ['stolen'])
  const good = await tokenOf(key)
  const [head = '', body = ''] = good.split('.')
  const seconds = Math.floor(Date.now() / 1_000)
  const hs256 = `${encoded({ alg: 'HS256', kid: 'k1' })}.${body}`
  const hmac = createHmac('sha256', JSON.stringify(key.publicJwk)).update(hs256).digest('base64url')
  const revoked = await tokenOf(key, { jti: 'stolen' })
  for (const [token, told] of [
    [undefined, /has no token/],
    ['rubbish', /holds no token/],
    [revoked, /is revoked/],
    [await tokenOf(key, { exp: seconds - 120 }), /has expired/],
    [await tokenOf(key, { nbf: seconds + 300 }), /not valid yet/],
    [await tokenOf(key, { aud: 'another service' }), /for another service/],
    [await tokenOf(key, { stores: undefined }), /lacks a claim/],
    [`${encoded({ alg: 'none' })}.${body}.`, /not signed by a key/],
    [`${hs256}.${hmac}`, /not signed by a key/],
    [await tokenOf(await newKey('k1')), /not signed by a key/],
    [await tokenOf(await newKey('k2')), /not signed by a key/],
    [`${head}.${encoded({ stores: '*' })}.${good.split('.')[2]}`, /not signed by a key/],
  ] as const)
    for (const way of WAYS) {
      const { status, detail, till, challenge } = await send(way, 'S1', token)
      assert.deepEqual([status, till], [401, 'resend'], `${way} ${told}`)
      assert.match(detail, told)
      assert.match(challenge ?? '', /^Bearer realm="tillgate"/)
    }
  assert.equal((await send('POST', 'S1', await tokenOf(key, { scope: 'invoices:read' }))).status, 403)
  assert.equal((await send('POST', 'S1', good)).status, 201)
})

test('keys are rotated while it runs: old tokens go on until their key is taken out', async (t) => {
  const [first, second, third] = [await newKey('k1'), await newKey('k2'), await newKey('k3')]
  const { send, setKeys } = await startWith(t, [first])
  const [old, young] = [await tokenOf(first), await tokenOf(second)]
  const status = async (token: string) => (await send('POST', 'S1', token)).status
  const turns = (token: string, expected: number) =>
    eventually(`it answers ${expected}`, 30_000, 100, async () => {
      // An unknown key makes it look at the file, though not more often than once a second.
      await status(await tokenOf(third, { jti: String(Math.random()) }))
      return (await status(token)) === expected || undefined
    })
  assert.deepEqual([await status(old), await status(young)], [201, 401])
  await setKeys(first, second)
  await turns(young, 201)
  assert.equal(await status(old), 201)
  await setKeys(second)
  await turns(old, 401)
  assert.equal(await status(young), 201)
})

test('what tokens do is logged and counted, and no token is in the log', async (t) => {
  const key = await newKey('k1')
  const { adminUrl, log, send, setRevocations } = await startWith(t, [key])
  const token = await tokenOf(key)
  const made = await tokenOf(await newKey('k1'))
  for (let n = 0; n < 3; n++) {
    await send('POST', 'S1', token)
    await send('upload', 'S2', token)
    await send('POST', 'S1', made)
  }
  await setRevocations({ tokens: ['token-1'] })
  await eventually('the token is revoked', 30_000, 100, async () => {
    return (await send('POST', 'S1', token)).status === 401 || undefined
  })
  const told = log.map((line) => JSON.parse(line)).filter(({ msg }) => /token|access|revocations/.test(msg))
  assert.deepEqual(
    told.map(({ msg, reason, name, ids, storeId }) => [msg, reason ?? ids ?? name, storeId]),
    [
      ['keys of tokens read', ['k1'], undefined],
      ['revocations read', undefined, undefined],
      ['token used', 'till-7', undefined],
      ['access denied', 'store or terminal', 'S2'],
      ['access denied', 'not-ours', undefined],
      ['revocations read', undefined, undefined],
      ['access denied', 'revoked', undefined],
    ],
  )
  for (const secret of [token, made]) assert.ok(!log.join('').includes(secret.split('.')[2] as string))
  const metrics = await (await fetch(`${adminUrl}/metrics`)).text()
  for (const line of [
    'tillgate_tokens_verified_total 1',
    'tillgate_tokens_refused_total{reason="store or terminal"} 3',
    'tillgate_tokens_refused_total{reason="not-ours"} 3',
    'tillgate_tokens_remembered 1',
    'tillgate_auth_stale 0',
  ])
    assert.ok(metrics.includes(`\n${line}\n`), line)
})

test('a gateway that never reached its identity provider is not ready, and says why', async (t) => {
  const { adminUrl, send } = await startWith(t, [], { AUTH_JWKS_FILE: '', AUTH_JWKS_URL: 'http://127.0.0.1:1/jwks' })
  const readiness = await fetch(`${adminUrl}/readyz`)
  assert.equal(readiness.status, 503)
  assert.match(await readiness.text(), /no keys for tokens: http:\/\/127\.0\.0\.1:1\/jwks/)
  const { status, till } = await send('POST', 'S1', await tokenOf(await newKey('k1')))
  assert.deepEqual([status, till], [503, 'resend'])
})

test('a gateway whose files cannot be used does not start: its configuration is wrong, and nothing of a file is repeated', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-access-'))
  t.after(() => rm(folder, { recursive: true }))
  const [keys, secret, none] = [join(folder, 'jwks.json'), join(folder, 'secret'), join(folder, 'none')]
  await writeFile(keys, '{"keys":[]}')
  await writeFile(secret, 'hunter2')
  const start = (variables: NodeJS.ProcessEnv) =>
    startGateway(readConfig({ KAFKA_BROKERS: 'a:9092', AUTH_JWKS_FILE: keys, ...variables }), pino({ level: 'silent' }))
  const wrong = (told: string) => ({ name: 'ConfigError', problems: [told] })
  for (const [file, why] of [
    [none, 'there is no such file or folder'],
    [folder, 'it is a folder, not a file'],
    [secret, 'it is not JSON'],
  ] as const) {
    await assert.rejects(start({ AUTH_JWKS_FILE: file }), wrong(`${file}: ${why}`))
    await assert.rejects(start({ AUTH_REVOCATIONS_FILE: file }), wrong(`${file}: ${why}`))
    if (file === secret) continue
    await assert.rejects(start({ TLS_CERT_FILE: secret, TLS_KEY_FILE: file }), wrong(`${file}: ${why}`))
  }
})
