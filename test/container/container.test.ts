import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { freePorts } from '../../dev/kafka/ports.ts'
import packageLock from '../../package-lock.json' with { type: 'json' }
import { newKey, tokenOf } from '../auth/tokens.ts'
import { readinessAt } from '../harness/cli-process.ts'
import { invoiceBody, send } from '../harness/exchange.ts'
import { recordsOf } from '../harness/read-topic.ts'
import { buildImage, inspect, podman, startContainer } from './podman.ts'

const IMAGE = `localhost/tillgate-test:${process.pid}`
const NAME = `tillgate-test-${process.pid}`
const MISPLACED = `${NAME}-misplaced`
const TOPIC = 'pos.invoices'

let kafka: KafkaCluster
let url: string
let adminUrl: string
let variables: Record<string, string>
let keysFolder: string
let headers: Record<string, string>

before(async () => {
  await buildImage(IMAGE)
  kafka = await startKafka()
  await kafka.createTopic({ topic: TOPIC, partitions: 3 })
  const [port, adminPort] = (await freePorts(2)) as [number, number]
  url = `http://127.0.0.1:${port}`
  adminUrl = `http://127.0.0.1:${adminPort}`
  const key = await newKey('k1')
  keysFolder = await mkdtemp(join(tmpdir(), 'tillgate-keys-'))
  await chmod(keysFolder, 0o755) // it is another user's in the container
  await writeFile(join(keysFolder, 'jwks.json'), JSON.stringify({ keys: [key.publicJwk] }))
  headers = { authorization: `Bearer ${await tokenOf(key)}` }
  variables = {
    PORT: String(port),
    ADMIN_PORT: String(adminPort),
    AUTH_JWKS_FILE: '/keys/jwks.json',
    KAFKA_BROKERS: kafka.bootstrap.join(),
    KAFKA_PARTITIONS: '3',
  }
  const drain = { DRAIN_DELAY_MS: '8000', SHUTDOWN_TIMEOUT_MS: '20000' }
  await startContainer(IMAGE, NAME, { ...variables, ...drain }, keysFolder)
  await readinessAt(adminUrl).untilReady()
})

after(async () => {
  await podman('rm', '--force', '--ignore', NAME, MISPLACED).catch(() => {})
  await podman('rmi', '--force', IMAGE).catch(() => {})
  await kafka?.stop()
  if (keysFolder !== undefined) await rm(keysFolder, { recursive: true })
})

test('an invoice posted to the container with a token is in Kafka, byte for byte', async () => {
  const body = invoiceBody('S1', 1)
  assert.equal((await send(url, body)).status, 401)
  assert.equal((await send(url, body, { headers })).status, 201)
  const values = (await recordsOf(kafka.bootstrap, TOPIC)).map(({ value }) => String(value))
  assert.deepEqual(values, [body.toString()])
})

test('node itself is process 1, not root, without any capability and without a file that it could write', async () => {
  const { State, HostConfig } = await inspect(NAME)
  const status = readFileSync(`/proc/${State.Pid}/status`, 'utf8')
  const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(status)?.[1]?.split('\t')
  assert.deepEqual(field('Uid'), ['1000', '1000', '1000', '1000'])
  assert.deepEqual(field('Gid'), ['1000', '1000', '1000', '1000'])
  assert.equal(field('NSpid')?.at(-1), '1')
  for (const set of ['CapEff', 'CapPrm', 'CapBnd']) assert.equal(Number(field(set)), 0, set)
  assert.match(readFileSync(`/proc/${State.Pid}/cmdline`, 'utf8'), /^node\0bin\/tillgate\.js\0serve\0$/)
  assert.equal(HostConfig.ReadonlyRootfs, true)
  await assert.rejects(podman('exec', NAME, 'touch', '/tmp/x'), /Read-only file system/)
})

test('its health check passes, and fails when nothing answers where it asks', async () => {
  await podman('healthcheck', 'run', NAME)
  const [port, adminPort] = (await freePorts(2)) as [number, number]
  const ports = { PORT: String(port), ADMIN_PORT: String(adminPort) }
  await startContainer(IMAGE, MISPLACED, { ...variables, ...ports, ADMIN_HOST: '127.0.0.2' }, keysFolder)
  await assert.rejects(podman('healthcheck', 'run', MISPLACED), { code: 1 })
})

test('the image is described by labels, and names its user by a number', async () => {
  const { Labels, Config } = await inspect(IMAGE)
  const { version, license } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const label = (name: string) => Labels[`org.opencontainers.image.${name}`]
  assert.equal(label('title'), 'Tillgate')
  assert.equal(label('version'), version)
  assert.equal(label('licenses'), license)
  assert.equal(label('revision'), 'tested')
  assert.ok(label('description'))
  assert.equal(Config.User, '1000:1000')
  assert.deepEqual(Object.keys(Config.ExposedPorts), ['8080/tcp'])
})

test('beyond its base the image has /app alone: what the npm package has, and the packages of production', async () => {
  const base = /^FROM (\S+)/m.exec(readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8'))?.[1] as string
  const { changed = [], added = [], deleted = [] } = JSON.parse(await podman('diff', '--format', 'json', IMAGE, base))
  const elsewhere = [...changed, ...added, ...deleted].filter((path: string) => !/^\/app(\/|$)/.test(path))
  assert.deepEqual(elsewhere, [])

  const list = async (folder: string) => (await podman('exec', NAME, 'ls', '-A', folder)).split('\n')
  const texts = ['CHANGELOG.md', 'LICENSE', 'README.md']
  assert.deepEqual(await list('/app'), [...texts, 'bin', 'dist', 'node_modules', 'openapi', 'package.json'].toSorted())
  assert.deepEqual(await list('/app/openapi'), ['asyncapi.json', 'examples', 'invoice.schema.json', 'openapi.json'])

  const installed = JSON.parse(await podman('exec', NAME, 'cat', '/app/node_modules/.package-lock.json')).packages
  const locked = packageLock.packages as Record<string, { dev?: true; optional?: true }>
  const ofProduction = Object.keys(locked).filter((path) => path !== '' && !locked[path]?.dev)
  const needed = ofProduction.filter((path) => !locked[path]?.optional) // the optional ones are for other platforms
  const found = Object.keys(installed)
  assert.deepEqual({ extra: found.filter((path) => !ofProduction.includes(path)) }, { extra: [] })
  assert.deepEqual({ missing: needed.filter((path) => !found.includes(path)) }, { missing: [] })
})

test('SIGTERM drains: not ready, still serving, then gone with exit code 0', async () => {
  const exitCode = podman('wait', NAME)
  const killing = podman('kill', '--signal', 'TERM', NAME) // podman itself may end late
  await readinessAt(adminUrl).untilNotReady('draining')
  const answer = await send(url, invoiceBody('S1', 2), { headers })
  assert.equal(answer.status, 201)
  assert.equal(answer.headers.get('connection'), 'close')
  await killing
  assert.equal(await exitCode, '0')
  assert.equal((await recordsOf(kafka.bootstrap, TOPIC)).length, 2)
})
