import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { Agent, type Dispatcher, request } from 'undici'
import { eventually } from '../dev/kafka/eventually.ts'
import { readGatewayConfig } from '../src/config.ts'
import { startGateway } from '../src/gateway.ts'
import { newKey, tokenOf } from './auth/tokens.ts'
import { type Certificate, createAuthority } from './harness/certificates.ts'
import { FREE_PORTS, spawnCli } from './harness/cli-process.ts'
import { sampleInvoice } from './invoice/generate.ts'
import { API, FakeCluster } from './kafka/fake-broker.ts'

const ACK_MS = 50

/** A gateway with HTTPS that takes client certificates, over a fake broker. */
async function start(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-'))
  t.after(() => rm(folder, { recursive: true }))
  const authority = createAuthority()
  const write = async (name: string, content: string) => {
    await writeFile(join(folder, name), content)
    return join(folder, name)
  }
  const server = authority.issue('gateway', { names: ['IP:127.0.0.1'] })
  const holders = {
    'till-7.example': { stores: ['S1'], terminals: ['T1'], scope: 'invoices:write' },
    'office.example': { stores: '*', terminals: '*', scope: 'invoices:write' },
  }
  const key = await newKey('k1')
  const cluster = await FakeCluster.start()
  t.after(() => cluster.stop())
  const [broker] = cluster.brokers as [FakeCluster['brokers'][0]]
  broker.script = (request) => {
    if (request.apiKey !== API.produce) return false
    void sleep(ACK_MS).then(() => request.send(request.soundAnswer()))
    return true
  }
  const config = readGatewayConfig({
    ...{ HOST: '127.0.0.1', ...FREE_PORTS, DRAIN_DELAY_MS: '0' },
    ...{ KAFKA_BROKERS: cluster.bootstrap.join(), KAFKA_TOPIC: cluster.topic },
    KAFKA_PARTITIONS: String(cluster.partitions),
    TLS_CERT_FILE: await write('cert.pem', server.cert),
    TLS_KEY_FILE: await write('key.pem', server.key),
    TLS_CLIENT_CA_FILE: await write('ca.pem', authority.cert),
    AUTH_JWKS_FILE: await write('jwks.json', JSON.stringify({ keys: [key.publicJwk] })),
    AUTH_CERTIFICATES_FILE: await write('certificates.json', JSON.stringify(holders)),
  })
  const gateway = await startGateway(config, pino({ level: 'silent' }))
  t.after(() => gateway.stop())
  await gateway.ready
  const withCertificate = (certificate?: Certificate) => {
    const agent = new Agent({ connect: { ca: authority.cert, ...certificate } })
    t.after(() => agent.destroy())
    return agent
  }
  return { gateway, authority, withCertificate, broker, folder, write, token: await tokenOf(key) }
}

const bodyOf = (storeId: string, sequenceNumber: number) =>
  JSON.stringify(sampleInvoice({ storeId, terminalId: 'T1', journalId: 'J1', sequenceNumber }))

async function post(url: string, dispatcher: Dispatcher, storeId: string, authorization?: string): Promise<number> {
  const headers = { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) }
  const options = { method: 'POST', headers, body: bodyOf(storeId, 1), dispatcher } as const
  const answer = await request(`${url}/v1/invoices`, options)
  await answer.body.dump()
  return answer.statusCode
}

test('the holder of a certificate writes for its own store by every way, and for no other', async (t) => {
  const { gateway, authority, withCertificate } = await start(t)
  const { url } = gateway
  assert.match(url, /^https:/)
  const till = withCertificate(authority.issue('till', { names: ['DNS:till-7.example'] }))
  let sequenceNumber = 0
  const send = async (way: 'POST' | 'PUT' | 'upload', storeId: string) => {
    sequenceNumber++
    const path = way === 'PUT' ? `stores/${storeId}/terminals/T1/journals/J1/invoices/${sequenceNumber}` : 'invoices'
    const answer = await request(`${url}/v1/${path}${way === 'upload' ? '/batch' : ''}`, {
      method: way === 'PUT' ? 'PUT' : 'POST',
      headers: { 'content-type': way === 'upload' ? 'application/x-ndjson' : 'application/json' },
      body: bodyOf(storeId, sequenceNumber),
      dispatcher: till,
    })
    const document = (await answer.body.json()) as { results?: { status: number }[] }
    return document.results?.[0]?.status ?? answer.statusCode
  }
  for (const way of ['POST', 'PUT', 'upload'] as const) {
    assert.equal(await send(way, 'S1'), 201, way)
    assert.equal(await send(way, 'S2'), 403, way)
  }
})

test('no certificate, one of another authority or of nobody is 401; health checks need none', async (t) => {
  const { gateway, authority, withCertificate } = await start(t)
  const certificates = [
    undefined,
    createAuthority('another').issue('till', { names: ['DNS:till-7.example'] }),
    authority.issue('till', { names: ['DNS:till-8.example'] }),
  ]
  for (const certificate of certificates) assert.equal(await post(gateway.url, withCertificate(certificate), 'S1'), 401)
  for (const path of ['livez', 'readyz']) {
    const answer = await request(`${gateway.url}/${path}`, { dispatcher: withCertificate() })
    await answer.body.dump()
    assert.equal(answer.statusCode, 200)
  }
})

test('where there is a token it alone decides, whatever the certificate', async (t) => {
  const { gateway, authority, withCertificate, token } = await start(t)
  const office = withCertificate(authority.issue('office', { names: ['DNS:office.example'] }))
  const stranger = withCertificate(createAuthority('another').issue('till'))
  assert.equal(await post(gateway.url, office, 'S2'), 201)
  assert.equal(await post(gateway.url, office, 'S2', `Bearer ${token}`), 403, 'the token is for S1')
  assert.equal(await post(gateway.url, office, 'S1', 'Bearer a.b.c'), 401)
  assert.equal(await post(gateway.url, stranger, 'S1', `Bearer ${token}`), 201)
})

test('an invoice in flight is answered while the gateway drains', async (t) => {
  const { gateway, authority, withCertificate, broker } = await start(t)
  const till = withCertificate(authority.issue('till', { names: ['DNS:till-7.example'] }))
  const answered = post(gateway.url, till, 'S1')
  await eventually('it is in flight', 10_000, 5, async () => broker.count(API.produce) || undefined)
  await gateway.stop()
  assert.equal(await answered, 201)
})

test('simulate and upload reach it with the files of their options, and say what is wrong without them', async (t) => {
  const { gateway, authority, folder, write } = await start(t)
  const office = authority.issue('office', { names: ['DNS:office.example'] })
  const journal = await write('journal.ndjson', `${bodyOf('S1', 1)}\n${bodyOf('S1', 2)}\n`)
  const files = ['--ca-file', join(folder, 'ca.pem')]
  files.push('--cert-file', await write('office.pem', office.cert))
  files.push('--key-file', await write('office-key.pem', office.key))
  const run = async (...args: string[]) => {
    const started = spawnCli(args)
    t.after(() => started.end())
    const { code } = await started.exited
    return { code, output: started.output() }
  }
  const few = ['--tills', '2', '--rate', '20', '--seconds', '1']
  const [simulated, uploaded, untrusted, missing] = await Promise.all([
    run('simulate', '--url', gateway.url, ...few, ...files),
    run('upload', '--url', gateway.url, ...files, journal),
    run('simulate', '--url', gateway.url, ...few, '--drain-seconds', '1'),
    run('simulate', '--url', gateway.url, '--ca-file', join(folder, 'none')),
  ])
  // 4: the machine was too busy to tell latencies; all was acknowledged nevertheless
  assert.ok(simulated.code === 0 || simulated.code === 4, simulated.output)
  assert.match(simulated.output, /unanswered {4}0\n/)
  assert.equal(uploaded.code, 0, uploaded.output)
  assert.match(untrusted.output, /its certificate is not trusted \(.*\): --ca-file has to name a file/)
  assert.deepEqual(
    [missing.code, /--ca-file: \S+none cannot be read: there is no such file/.test(missing.output)],
    [2, true],
  )
})

test('a gateway whose certificate and key do not fit together does not start', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-'))
  t.after(() => rm(folder, { recursive: true }))
  const [certFile, keyFile] = [join(folder, 'cert'), join(folder, 'key')]
  const authority = createAuthority()
  await writeFile(certFile, authority.issue('one').cert)
  await writeFile(keyFile, authority.issue('another').key)
  const env = { KAFKA_BROKERS: 'a:9092', AUTH: 'off', TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile }
  await assert.rejects(startGateway(readGatewayConfig(env), pino({ level: 'silent' })), /cert.*key.*mismatch/)
})
