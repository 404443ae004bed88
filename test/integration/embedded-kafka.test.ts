import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { freezeProcess } from '../../dev/freeze-process.ts'
import type { Broker } from '../../dev/kafka/broker.ts'
import { type KafkaCluster, type KafkaOptions, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { isAlive, KAFKA_FOLDER, uniqueName } from '../../dev/kafka/folders.ts'
import { claimKeptFolder } from '../../dev/kafka/kept-folder.ts'
import { fetchMetadata } from '../../dev/kafka/metadata-request.ts'
import { freePorts } from '../../dev/kafka/ports.ts'
import { startProxiedKafka } from '../../dev/kafka/proxied-cluster.ts'
import { toAddress } from '../../dev/kafka/topics.ts'
import kafkajs from '../../src/kafka/kafkajs/index.ts'

const PRODUCE = 0

test('a record survives kill -9 of its broker and a new start; stopping leaves no process and no data', async (t) => {
  const cluster = await startKafka()
  t.after(cluster.stop)
  const broker = cluster.brokers[0] as Broker
  const folder = dirname(dirname(broker.logFile))
  await cluster.createTopic({ topic: 'invoices', partitions: 3 })
  await produce(cluster.bootstrap, 'invoices', 'kept')
  assert.deepEqual(await consume(cluster.bootstrap, 'invoices'), ['kept'])

  const firstPid = broker.pid
  await broker.kill()
  assert.ok(!isAlive(firstPid))
  assert.throws(() => broker.pid, /broker 0 is not running/)
  await assert.rejects(fetchMetadata(toAddress(broker.address), 2_000), { code: 'ECONNREFUSED' })
  await broker.start()
  assert.notEqual(broker.pid, firstPid)
  assert.deepEqual(await consume(cluster.bootstrap, 'invoices'), ['kept'])

  const lastPid = broker.pid
  assert.ok(existsSync(folder))
  await cluster.stop()
  assert.ok(!isAlive(lastPid))
  assert.ok(!existsSync(folder))
})

test('a frozen broker accepts connections and answers nothing until it is thawed', async (t) => {
  const cluster = await startKafka()
  t.after(cluster.stop)
  const broker = cluster.brokers[0] as Broker
  await broker.freeze()
  await assert.rejects(fetchMetadata(toAddress(broker.address), 500), { name: 'AbortError' })
  broker.thaw()
  await eventually('an answer', 60_000, 50, () => fetchMetadata(toAddress(broker.address), 2_000))
})

test('a frozen broker can be stopped in an orderly way', async (t) => {
  const cluster = await startKafka()
  t.after(cluster.stop)
  const broker = cluster.brokers[0] as Broker
  await broker.freeze()
  await broker.stop()
  await broker.start()
})

test('a topic that is there already is an error only if its partitions are not as many', async (t) => {
  const cluster = await startKafka()
  t.after(cluster.stop)
  await cluster.createTopic({ topic: 'invoices', partitions: 2, config: { 'max.message.bytes': '2000' } })
  await cluster.createTopic({ topic: 'invoices', partitions: 2 })
  await assert.rejects(cluster.createTopic({ topic: 'invoices', partitions: 3 }), /exists with 2 partitions, not 3/)
  await assert.rejects(produce(cluster.bootstrap, 'invoices', 'x'.repeat(3_000)), /larger than the max message size/)
})

test('data that are kept are there at the next start on other ports, even after kill -9', async (t) => {
  const start = await keptKafka(t)
  const first = await start()
  await first.createTopic({ topic: 'invoices', partitions: 1 })
  await produce(first.bootstrap, 'invoices', 'kept')
  await first.stop()

  const [port] = (await freePorts(1)) as [number]
  const second = await start({ port })
  assert.deepEqual(second.bootstrap, [`127.0.0.1:${port}`])
  assert.deepEqual(await consume(second.bootstrap, 'invoices'), ['kept'])
  await produce(second.bootstrap, 'invoices', 'kept, too')
  await second.brokers[0]?.kill()

  const third = await start()
  assert.deepEqual(await consume(third.bootstrap, 'invoices'), ['kept', 'kept, too'])
})

test('a broker that ends by itself is reported, with its last words if it had any; one that is ended is not', async (t) => {
  const ended: string[] = []
  const cluster = await startKafka({ onBrokerEnd: (problem) => ended.push(problem) })
  t.after(cluster.stop)
  const broker = cluster.brokers[0] as Broker
  const report = (number: number) => eventually(`report ${number}`, 30_000, 20, async () => ended[number] ?? undefined)
  await broker.stop()
  await broker.start()
  assert.deepEqual(ended, [])
  process.kill(broker.pid, 'SIGTERM')
  assert.match(await report(0), /^broker 0 ended with 143:\n.* INFO .*Stopping SharedServer/s)
  await broker.start()
  process.kill(broker.pid, 'SIGKILL')
  assert.equal(await report(1), 'broker 0 was killed (kill -9, or the system ran out of memory)')
})

test('a start that is aborted rejects, and leaves no data', async () => {
  const aborting = new AbortController()
  const before = new Set(await readdir(KAFKA_FOLDER))
  const start = startKafka({
    signal: aborting.signal,
    onProgress: (step) => step.startsWith('Starting Kafka') && setTimeout(() => aborting.abort(), 300),
  })
  await assert.rejects(start, { name: 'AbortError' })
  const left = (await readdir(KAFKA_FOLDER)).filter((name) => name.startsWith(`run-${process.pid}-`))
  assert.deepEqual(
    left.filter((name) => !before.has(name)),
    [],
  )
})

test('a broker that cannot start is an error with the last words of its log, and nothing is left running', async () => {
  await assert.rejects(startKafka({ brokerConfig: { 'log.retention.hours': 'many' } }), (error: Error) => {
    assert.match(error.message, /broker 0 ended with 1 while starting:/)
    assert.match(error.message, /Invalid value many for configuration log\.retention\.hours/)
    return true
  })
})

test('no broker outlives a process that is killed with -9', async () => {
  const cluster = new URL('../../dev/kafka/cluster.ts', import.meta.url)
  const program = `
    const { startKafka } = await import(${JSON.stringify(cluster.href)})
    const kafka = await startKafka({ onProgress: console.error })
    console.log(kafka.brokers[0].pid)`
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const brokerPid = Number(line.toString())
  assert.ok(isAlive(brokerPid))
  await freezeProcess(brokerPid) // a frozen one neither
  parent.kill('SIGKILL')
  await eventually('the end of the broker', 30_000, 20, async () => (isAlive(brokerPid) ? undefined : true))
})

test('of three brokers any one may fail: what was acknowledged is served by the others', async (t) => {
  const cluster = await startKafka({ brokers: 3 })
  t.after(cluster.stop)
  await cluster.createTopic({ topic: 'invoices', partitions: 3, config: { 'min.insync.replicas': '2' } })
  const leader = async (asked: Broker) =>
    (await fetchMetadata(toAddress(asked.address), 5_000, 'invoices')).partitions[0]?.leader
  await produce(cluster.bootstrap, 'invoices', 'before')

  const killed = cluster.brokers[(await leader(cluster.brokers[0] as Broker)) as number] as Broker
  const others = cluster.brokers.filter((broker) => broker !== killed)
  await killed.kill()
  await eventually('a new leader', 60_000, 100, async () => {
    const leaders = await Promise.all(others.map(leader))
    return leaders.every((id) => others.some((broker) => broker.id === id)) ? true : undefined
  })
  await produce(
    others.map((broker) => broker.address),
    'invoices',
    'meanwhile',
  )
  await killed.start()
  assert.deepEqual(await consume([killed.address], 'invoices'), ['before', 'meanwhile'])
})

test('a broker that is added later serves what it is given, survives the others, and ends with the cluster', async (t) => {
  const cluster = await startKafka()
  t.after(cluster.stop)
  const added = await cluster.addBroker()
  assert.deepEqual([added.id, cluster.brokers.length, cluster.bootstrap.length], [1, 2, 2])
  await cluster.createTopic({ topic: 'invoices', partitions: 2, replicationFactor: 2 })
  await produce([added.address], 'invoices', 'kept')
  await added.kill()
  await added.start()
  assert.deepEqual(await consume([added.address], 'invoices'), ['kept'])
  const { pid } = added
  await cluster.stop()
  assert.ok(!isAlive(pid))
})

test('no broker is added where the data are kept', async (t) => {
  const cluster = await (await keptKafka(t))()
  await assert.rejects(cluster.addBroker(), /keeps its data/)
})

test('a client that bootstraps through the proxies only ever talks to them', async (t) => {
  const kafka = await startProxiedKafka({ brokers: 3 })
  t.after(kafka.stop)
  await kafka.cluster.createTopic({ topic: 'invoices', partitions: 3 })
  const behind = await Promise.all(kafka.cluster.brokers.map((_, id) => advertised(kafka.bootstrap[id] as string)))
  for (const addresses of behind) assert.deepEqual(addresses.sort(), [...kafka.bootstrap].sort())

  // With every produce answer lost in the proxies, a client behind them cannot have an acknowledgement.
  let produced = 0
  for (const proxy of kafka.proxies) {
    proxy.setRule(({ direction, apiKey }) => {
      if (direction !== 'response' || apiKey !== PRODUCE) return { type: 'forward' }
      produced += 1
      return { type: 'reset' }
    })
  }
  await assert.rejects(produce(kafka.bootstrap, 'invoices', 'appended', { retries: 0 }))
  assert.equal(produced, 1)
  assert.deepEqual(await consume(kafka.cluster.bootstrap, 'invoices'), ['appended'])
})

/** Starts clusters, one at a time, over one folder that keeps their data until the end of the test. */
async function keptKafka(t: TestContext) {
  const folder = await claimKeptFolder(join(KAFKA_FOLDER, uniqueName('run')))
  const started: KafkaCluster[] = []
  t.after(async () => {
    await Promise.all(started.map((cluster) => cluster.stop()))
    folder.release()
    await rm(folder.path, { recursive: true })
  })
  return async (options: KafkaOptions = {}) => {
    const cluster = await startKafka({ folder, ...options })
    started.push(cluster)
    return cluster
  }
}

function client(bootstrap: string[], retry: { retries: number } = { retries: 10 }) {
  return new kafkajs.Kafka({
    brokers: bootstrap,
    connectionTimeout: 5_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, ...retry },
    logLevel: kafkajs.logLevel.NOTHING,
  })
}

async function produce(bootstrap: string[], topic: string, value: string, retry?: { retries: number }): Promise<void> {
  const producer = client(bootstrap, retry).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  await producer.connect()
  try {
    await producer.send({ topic, acks: -1, messages: [{ value, partition: 0 }] })
  } finally {
    await producer.disconnect()
  }
}

/** All values of the topic, as far as its high watermark now. */
async function consume(bootstrap: string[], topic: string): Promise<string[]> {
  const kafka = client(bootstrap)
  const admin = kafka.admin()
  await admin.connect()
  const offsets = await admin.fetchTopicOffsets(topic)
  await admin.disconnect()
  const total = offsets.reduce((sum, partition) => sum + Number(partition.high), 0)

  const consumer = kafka.consumer({ groupId: `reader-${Math.random()}`, maxWaitTimeInMs: 100 })
  const values: string[] = []
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) })
  await eventually(`${total} records`, 60_000, 20, async () => (values.length >= total ? true : undefined))
  await consumer.disconnect()
  return values
}

/** The addresses a client that bootstraps there is sent to. */
async function advertised(address: string): Promise<string[]> {
  const admin = client([address]).admin()
  await admin.connect()
  const { brokers } = await admin.describeCluster()
  await admin.disconnect()
  return brokers.map((broker) => `${broker.host}:${broker.port}`)
}
