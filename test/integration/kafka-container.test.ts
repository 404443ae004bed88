import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startKafkaContainer } from '../../dev/kafka/container.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { isAlive, KAFKA_VERSION } from '../../dev/kafka/folders.ts'
import { fetchMetadata } from '../../dev/kafka/metadata-request.ts'
import { claimPort, freePorts } from '../../dev/kafka/ports.ts'
import { createTopic } from '../../dev/kafka/topics.ts'

const FAKE_DOCKER = fileURLToPath(new URL('../harness/fake-docker.ts', import.meta.url))
const CONTAINER = new URL('../../dev/kafka/container.ts', import.meta.url)
const DEADLINE_MS = 30_000

/** A port whose next one is free, too: that is the controller's, and here it is not one of a container. */
async function freePair(): Promise<number> {
  for (;;) {
    const [port] = (await freePorts(1)) as [number]
    if (await claimPort(port + 1)) return port
  }
}

/** A `docker` command with an engine of its own, and what is seen of that from outside. */
async function fakeDocker(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-docker-'))
  const engine = join(folder, 'docker')
  await writeFile(engine, `#!/bin/sh\nFAKE_DOCKER='${folder}' exec '${process.execPath}' '${FAKE_DOCKER}' "$@"\n`)
  await chmod(engine, 0o755)
  const containers = () => readdir(join(folder, 'containers')).catch(() => [])
  const pid = async () => Number(await readFile(join(folder, 'containers', `${await containers()}`, 'pid'), 'utf8'))
  t.after(async () => {
    if ((await containers()).length > 0 && isAlive(await pid())) process.kill(await pid(), 'SIGKILL')
    await rm(folder, { recursive: true })
  })
  const port = await freePair()
  const steps: string[] = []
  const ends: string[] = []
  const options = {
    ...{ engine, port, brokerConfig: { 'log.retention.ms': '-1' } },
    onProgress: (step: string) => void steps.push(step),
    onEnd: (problem: string) => void ends.push(problem),
  }
  const knows = async (topic: string) =>
    (await fetchMetadata({ host: '127.0.0.1', port }, 2_000, topic)).partitions.length > 0
  return { folder, containers, pid, port, steps, ends, options, knows }
}

test('a broker in a container serves clients, its image is fetched once, and nothing is left of it', async (t) => {
  const { folder, containers, pid, port, steps, ends, options, knows } = await fakeDocker(t)
  const { stop } = await startKafkaContainer(options)
  assert.equal(await readFile(join(folder, 'pulled'), 'utf8'), `docker.io/apache/kafka:${KAFKA_VERSION}`)
  await createTopic([`127.0.0.1:${port}`], { topic: 'invoices', partitions: 3 })
  assert.ok(await knows('invoices'))
  assert.match(steps.join('\n'), /^Fetching docker\.io\/apache\/kafka:.*, once\nStarting Kafka .* in a container of /)
  const process = await pid()
  await stop()
  assert.ok(!isAlive(process))
  assert.deepEqual(await containers(), [])
  assert.deepEqual(ends, [])
})

test('what is kept is there at the next start, until its folder is wiped', async (t) => {
  const { folder, options, port, knows, steps } = await fakeDocker(t)
  const kept = (wasWiped: boolean) => ({ path: join(folder, 'kept'), wasWiped, release: () => {} })
  const first = await startKafkaContainer({ ...options, folder: kept(false) })
  await createTopic([`127.0.0.1:${port}`], { topic: 'invoices', partitions: 3 })
  await first.stop()
  const second = await startKafkaContainer({ ...options, folder: kept(false) })
  assert.ok(await eventually('the topic', DEADLINE_MS, 100, async () => (await knows('invoices')) || undefined))
  await second.stop()
  assert.ok(existsSync(join(folder, 'kept', 'broker-0')), 'for --fresh to find')
  const third = await startKafkaContainer({ ...options, folder: kept(true) })
  assert.ok(!(await knows('invoices')))
  await third.stop()
  assert.equal(steps.filter((step) => step.startsWith('Fetching')).length, 1)
})

test('a container that ends by itself is told of, with its last words', async (t) => {
  const { options, pid, ends } = await fakeDocker(t)
  const { stop } = await startKafkaContainer(options)
  process.kill(await pid(), 'SIGTERM')
  await eventually('it is told', DEADLINE_MS, 50, async () => ends.length > 0 || undefined).finally(stop)
  assert.match(ends[0] ?? '', /^its container ended with 137\n(?:.*\n)*.*kafka\.server/)
})

test('no container outlives its process, not even one that was killed with -9', async (t) => {
  const { options, containers, pid } = await fakeDocker(t)
  const { engine, port } = options
  const program = `
    const { startKafkaContainer } = await import('${CONTAINER}')
    await startKafkaContainer({ engine: '${engine}', port: ${port}, onProgress: () => {}, onEnd: () => {} })
    console.log('started')`
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', program])
  await once(parent.stdout, 'data')
  const broker = await pid()
  parent.kill('SIGKILL')
  await eventually('it is gone', DEADLINE_MS, 50, async () => (await containers()).length === 0 || undefined)
  await eventually('its broker is gone', DEADLINE_MS, 50, async () => !isAlive(broker) || undefined)
})
