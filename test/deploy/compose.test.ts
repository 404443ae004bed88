import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { KAFKA_VERSION } from '../../dev/kafka/folders.ts'
import { readGatewayConfig } from '../../src/config.ts'
import { spawnCli } from '../harness/cli-process.ts'
import { judgeStage, untilJudged } from '../harness/dedup.ts'
import { invoiceBody, send } from '../harness/exchange.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'
import { type Container, startComposeCluster } from './compose-cluster.ts'
import { goTool } from './go-tool.ts'

const COMPOSE = fileURLToPath(new URL('../../compose.yaml', import.meta.url))

interface Project {
  services: Record<string, Container & { image: string; stop_grace_period?: string; ports?: { published: string }[] }>
}

let project: Project

before(async () => {
  // The parser of `docker compose`, which knows every field and refuses others.
  const parser = await goTool('cmd', 'github.com/compose-spec/compose-go/v2/cmd', 'v2.16.2')
  const { stdout } = await promisify(execFile)(parser, ['-format', 'json', COMPOSE])
  project = JSON.parse(stdout)
})

const named = (pattern: RegExp) =>
  Object.fromEntries(Object.entries(project.services).filter(([name]) => pattern.test(name)))

function environmentOf({ environment = {} }: Container): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]))
}

test('three brokers of the release that is tested here, two gateways, dedup, HAProxy', () => {
  const broker = `docker.io/apache/kafka:${KAFKA_VERSION}`
  assert.deepEqual(
    Object.fromEntries(
      Object.entries(project.services).map(([name, { image }]) => [name, image.replace(/:[\d.]+$/, '')]),
    ),
    {
      dedup: 'tillgate',
      'gateway-1': 'tillgate',
      'gateway-2': 'tillgate',
      haproxy: 'docker.io/library/haproxy',
      'kafka-1': 'docker.io/apache/kafka',
      'kafka-2': 'docker.io/apache/kafka',
      'kafka-3': 'docker.io/apache/kafka',
      topic: 'tillgate',
    },
  )
  for (const { image } of Object.values(named(/^kafka/))) assert.equal(image, broker)
})

test('nothing is published but the port for tills; Prometheus may reach the operator’s listener beside them', () => {
  const published = Object.entries(project.services).flatMap(([name, { ports = [] }]) =>
    ports.map((port) => `${name} ${port.published}`),
  )
  assert.deepEqual(published, ['haproxy 8080'])
  for (const gateway of Object.values(named(/^gateway/))) {
    const { ADMIN_HOST, ADMIN_PORT } = readGatewayConfig(environmentOf(gateway))
    assert.deepEqual([ADMIN_HOST, ADMIN_PORT], ['0.0.0.0', 9464])
  }
})

test('a gateway has the time to stop that it may take, and so has dedup', () => {
  for (const gateway of Object.values(named(/^(gateway|dedup)/))) {
    const { SHUTDOWN_TIMEOUT_MS } = readGatewayConfig(environmentOf(gateway))
    assert.ok(Number(/^(\d+)s$/.exec(gateway.stop_grace_period ?? '')?.[1]) > SHUTDOWN_TIMEOUT_MS / 1_000 + 2)
  }
})

test('its brokers form a cluster, its command makes the topics, its gateway stores invoices though a broker is lost, and dedup copies them', async (t) => {
  const cluster = await startComposeCluster(named(/^kafka-/))
  t.after(() => cluster.stop())
  const { ADMIN_PORT: _, KAFKA_BROKERS = '', ...rest } = environmentOf(project.services['gateway-1'] as Container)
  const bootstrap = cluster.localise(KAFKA_BROKERS)
  const environment = { ...rest, KAFKA_BROKERS: bootstrap, ADMIN_PORT: '0' }
  const { topic, dedup } = project.services
  const creation = spawnCli(topic?.command ?? [], environment)
  assert.equal((await creation.exited).code, 0, creation.output())

  const stage = spawnCli(dedup?.command ?? [], environment)
  t.after(() => stage.end())
  const { ADMIN_PORT: __, ...ofGateway } = environment
  const gateway = await GatewayProcess.start(ofGateway)
  t.after(() => gateway.end('SIGKILL'))
  assert.equal((await send(gateway.url, invoiceBody('S1', 1))).status, 201)

  await cluster.brokers[2]?.kill()
  for (let i = 0; i < 12; i++) {
    const body = invoiceBody(`S${i}`, 2)
    let status = 0
    for (let attempt = 0; status !== 201 && attempt < 30; attempt++) {
      status = (await send(gateway.url, body)).status
      if (status !== 201) await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
    assert.equal(status, 201)
  }
  const addresses = bootstrap.split(',')
  await untilJudged(addresses, 'pos.invoices', 60_000)
  assert.equal((await judgeStage(addresses, 'pos.invoices')).unique, 13)
})
