/**
 * One scenario for each change to kafkajs: run in a process of its own, with all changes or without one, because they
 * are made once a process. Ends with `sound` or with what is broken.
 *
 *     node test/kafka/kafkajs/change-scenarios.ts SCENARIO [--without]
 */
import { createRequire } from 'node:module'
import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { applyChanges, type Change } from '../../../src/kafka/kafkajs/changes.ts'
import type { Producer, SASLOptions } from '../../../src/kafka/kafkajs/index.ts'
import type { BrokerPool, Connection } from '../../../src/kafka/kafkajs/internals.ts'
import { leftBySmallCollections } from '../../harness/small-collections.ts'
import { API, FakeCluster, type FakeRequest, framed } from '../fake-broker.ts'
import { steadyClock } from '../steady-clock.ts'
import { compactedBatch, fetchedBatches } from './compacted-batch.ts'

const require = createRequire(import.meta.url)
const name = process.argv[2] as Change
performance.now = steadyClock()
applyChanges({ except: process.argv.includes('--without') ? [name] : [] })
const { default: kafkajs } = await import('../../../src/kafka/kafkajs/index.ts')

const REQUEST_TIMEOUT_MS = 500
const SILENT = () => () => {}

function poolOf(cluster: FakeCluster, metadataMaxAge = 300_000, sasl?: SASLOptions): BrokerPool {
  const Cluster = require('kafkajs/src/cluster')
  const { createLogger } = require('kafkajs/src/loggers')
  const { brokerPool } = new Cluster({
    logger: createLogger({ level: 0, logCreator: SILENT }),
    socketFactory: require('kafkajs/src/network/socketFactory')(),
    brokers: cluster.bootstrap,
    clientId: 'test',
    ...(sasl === undefined ? {} : { sasl }),
    connectionTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    enforceRequestTimeout: true,
    metadataMaxAge,
    retry: { retries: 0 },
    allowAutoTopicCreation: false,
  })
  return brokerPool
}

/** Whether it becomes true within two seconds. */
async function happens(condition: () => boolean): Promise<boolean> {
  for (let waits = 0; !condition() && waits < 200; waits++) await sleep(10)
  return condition()
}

interface More {
  readonly sasl?: SASLOptions
  readonly metadataMaxAge?: number
}

/** A connected producer that sends each message to the partition that it names. */
async function producerOf(cluster: FakeCluster, retries = 2, more: More = {}): Promise<Producer> {
  const { sasl, metadataMaxAge = 300_000 } = more
  const client = new kafkajs.Kafka({
    ...(sasl === undefined ? {} : { sasl }),
    brokers: cluster.bootstrap,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: REQUEST_TIMEOUT_MS,
    retry: { retries, initialRetryTime: 50 },
    logCreator: SILENT,
  })
  const producer = client.producer({
    idempotent: true,
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition as number,
    allowAutoTopicCreation: false,
    metadataMaxAge,
  })
  await producer.connect()
  return producer
}

/** Asks for metadata again and again. Encoding takes so long that a renewal can begin meanwhile. */
async function slowRequests(pool: BrokerPool, topic: string, endsAtMs: number): Promise<void> {
  const request = require('kafkajs/src/protocol/requests/metadata/v1/request')({ topics: [topic] })
  const response = require('kafkajs/src/protocol/requests/metadata/v1/response')
  const encode = async () => {
    await sleep(30)
    return await request.encode()
  }
  const [connection] = pool.seedBroker!.connectionPool.pool
  const sending: Promise<unknown>[] = []
  while (performance.now() < endsAtMs) {
    sending.push(connection!.send({ request: { ...request, encode }, response }))
    await sleep(10)
  }
  await Promise.all(sending)
}

/** How many requests the batches of four partitions take, of which the first is not answered before all are sent. */
async function produceRequestsForFour(cluster: FakeCluster): Promise<number> {
  cluster.partitions = 4
  const producer = await producerOf(cluster)
  const broker = cluster.broker(1)
  const held: FakeRequest[] = []
  broker.script = (request) => {
    if (request.apiKey !== API.produce || held.length > 0) return false
    held.push(request)
    return true
  }
  const send = (partition: number) => producer.send({ topic: cluster.topic, messages: [{ partition, value: 'a' }] })
  const first = send(0)
  while (held.length === 0) await sleep(5)
  const sending = [first, send(1), send(2), send(3)]
  await sleep(300) // a busy machine needs some time until all of them wait
  for (const request of held) request.send(request.soundAnswer())
  await Promise.all(sending)
  return broker.count(API.produce)
}

const scenarios: Record<Change, (cluster: FakeCluster) => Promise<string>> = {
  async readIpv6Bootstrap() {
    const cluster = await FakeCluster.start(2, '::1')
    cluster.leaderOf = () => 2
    const producer = await producerOf(cluster)
    await producer.send({ topic: cluster.topic, messages: [{ partition: 0, value: 'a' }] })
    return cluster.values(0).join() === 'a' ? 'sound' : `the log is ${cluster.values(0)}`
  },

  async removeBrokerAfterRefresh(cluster) {
    const pool = poolOf(cluster)
    await pool.connect()
    await pool.refreshMetadata([cluster.topic])
    cluster.broker(1).script = (request) => {
      if (request.apiKey !== API.metadata) return false
      setTimeout(() => request.send(request.soundAnswer()), 100)
      return true
    }
    const refresh = pool.refreshMetadata([cluster.topic])
    await sleep(20)
    pool.removeBroker({ host: '127.0.0.1', port: cluster.broker(1).port })
    await refresh
    for (const { id, port } of cluster.brokers) {
      const found = pool.brokers[id]?.connectionPool.port
      if (found !== undefined && found !== port) return `node ${id} is the broker of another node`
    }
    return 'sound'
  },

  async connectedMeansHandshaken(cluster) {
    const pool = poolOf(cluster)
    const shaking = Promise.withResolvers<void>()
    cluster.broker(1).script = (request) => {
      if (request.apiKey !== API.apiVersions) return false
      setTimeout(() => request.send(request.soundAnswer()), 100)
      shaking.resolve()
      return true
    }
    const first = pool.connect()
    await shaking.promise
    await pool.refreshMetadata([cluster.topic])
    await first
    return 'sound'
  },

  async reconnectCleanly(cluster) {
    const pool = poolOf(cluster)
    await pool.connect()
    const connection = pool.seedBroker?.connectionPool.pool[0] as Connection
    cluster.broker(1).script = (request) => {
      if (request.apiKey !== API.metadata) return false
      const answer = framed(request.correlationId, request.soundAnswer())
      request.socket.write(answer.subarray(0, answer.length - 7), () => {
        setTimeout(() => request.socket.resetAndDestroy(), 50)
      })
      cluster.broker(1).script = null
      return true
    }
    await pool.refreshMetadata([cluster.topic]).catch(() => {})
    await connection.disconnect()
    await pool.refreshMetadata([cluster.topic])
    return 'sound'
  },

  async timeoutClosesConnection(cluster) {
    const producer = await producerOf(cluster)
    await producer.send({ topic: cluster.topic, messages: [{ partition: 0, value: 'before' }] })
    cluster.broker(1).script = () => true // frozen: it takes everything and says nothing
    cluster.leaderOf = () => 2
    await producer.send({ topic: cluster.topic, messages: [{ partition: 0, value: 'after' }] })
    return cluster.values(0).join() === 'before,after' ? 'sound' : `the log is ${cluster.values(0)}`
  },

  async sendAtOnce(cluster) {
    const prompt = new Set<Socket>()
    const { setNoDelay } = Socket.prototype
    Socket.prototype.setNoDelay = function (isOn) {
      if (isOn) prompt.add(this)
      return setNoDelay.call(this, isOn)
    }
    await producerOf(cluster)
    const { connections } = cluster.broker(1)
    return prompt.size >= connections ? 'sound' : `${connections - prompt.size} sockets hold back what is written`
  },

  async renewSessions(cluster) {
    cluster.sessionMs = 1_500
    const sasl = { mechanism: 'plain', username: 'u', password: 'p' } as const
    const producer = await producerOf(cluster, 1, { sasl, metadataMaxAge: 5 })
    const broker = cluster.broker(1)
    broker.script = (request) => {
      if (request.apiKey !== API.saslHandshake) return false
      setTimeout(() => request.send(request.soundAnswer()), 50) // while the renewal goes on, more is sent
      return true
    }
    const endsAtMs = performance.now() + 3_500
    const lane = async (partition: number) => {
      for (let count = 0; performance.now() < endsAtMs; count++)
        await producer.send({ topic: cluster.topic, messages: [{ partition, value: String(count) }] })
    }
    const pool = poolOf(cluster, 300_000, sasl)
    await pool.connect()
    await Promise.all([...[0, 1].map(lane), slowRequests(pool, cluster.topic, endsAtMs)])
    const [renewals, connections] = [broker.count(API.saslHandshake) - 2, broker.connections]
    return renewals >= 4 && connections === 2 ? 'sound' : `${renewals} renewals, ${connections} connections`
  },

  async fetchTokenFirst(cluster) {
    cluster.sessionMs = 60_000
    const oauthBearerProvider = async () => {
      await sleep(isFirst ? REQUEST_TIMEOUT_MS + 200 : 0)
      isFirst = false
      return { value: 'token' }
    }
    let isFirst = true
    const producer = await producerOf(cluster, 1, { sasl: { mechanism: 'oauthbearer', oauthBearerProvider } })
    await producer.send({ topic: cluster.topic, messages: [{ partition: 0, value: 'a' }] })
    return cluster.broker(1).connections === 1 ? 'sound' : 'the connection was closed before there was a token'
  },

  async monotonicTime(cluster) {
    const [throttled, aging] = [poolOf(cluster), poolOf(cluster, 100)]
    for (const pool of [throttled, aging]) {
      await pool.connect()
      await pool.refreshMetadata([cluster.topic])
    }
    const producer = await producerOf(cluster)
    const produceRequests = () => cluster.broker(1).count(API.produce)
    cluster.broker(1).script = ({ apiKey }) => apiKey === API.produce // frozen
    producer.send({ topic: cluster.topic, messages: [{ partition: 0, value: 'a' }] }).catch(() => {})
    await happens(() => produceRequests() === 1)
    for (const broker of Object.values(throttled.brokers))
      for (const { requestQueue } of broker.connectionPool.pool) requestQueue.maybeThrottle(200)
    const { now } = Date
    Date.now = () => now() - 3_600_000

    const seen = [throttled.metadata, aging.metadata]
    throttled.refreshMetadata([cluster.topic]).catch(() => {})
    await sleep(200) // the metadata is old now
    aging.refreshMetadataIfNecessary([cluster.topic]).catch(() => {})
    const [timesOut, isLetGo, isRefreshed] = await Promise.all([
      happens(() => produceRequests() > 1),
      happens(() => throttled.metadata !== seen[0]),
      happens(() => aging.metadata !== seen[1]),
    ])
    const broken = [
      timesOut ? [] : 'no time-out of a request',
      isLetGo ? [] : 'throttled for an hour',
      isRefreshed ? [] : 'old metadata is kept',
    ].flat()
    return broken.length === 0 ? 'sound' : broken.join(', ')
  },

  async boundThrottling(cluster) {
    cluster.throttleMs = 3_600_000
    const producer = await producerOf(cluster)
    const send = (value: string) => producer.send({ topic: cluster.topic, messages: [{ partition: 0, value }] })
    await send('a')
    send('b').catch(() => {})
    // Longer than a pause is kept on a connection.
    for (let waits = 0; waits < 5 && cluster.values(0).length < 2; waits++)
      await happens(() => cluster.values(0).length > 1)
    return cluster.values(0).join() === 'a,b' ? 'sound' : 'throttled for an hour'
  },

  async idleRequestQueue(cluster) {
    const pool = poolOf(cluster)
    await pool.connect()
    await pool.refreshMetadata([cluster.topic])
    await sleep(50)
    let timers = 0
    const { setTimeout: original } = globalThis
    globalThis.setTimeout = ((...args: Parameters<typeof original>) => {
      timers++
      return original(...args)
    }) as typeof original
    await sleep(300)
    globalThis.setTimeout = original
    return timers < 20 ? 'sound' : `${timers} timers armed at rest`
  },

  async forgetAnsweredRequests() {
    const RequestQueue = require('kafkajs/src/network/requestQueue')
    const { createLogger } = require('kafkajs/src/loggers')
    const queue = new RequestQueue({ logger: createLogger({ level: 0, logCreator: SILENT }) })
    const left = leftBySmallCollections((index) => {
      const batch = new Array(100).fill(index)
      const entry = { correlationId: index, resolve: () => batch, reject: () => batch }
      queue.push({ entry, expectResponse: true, sendRequest: () => {} })
      if (index > 0) queue.fulfillRequest({ correlationId: index - 1, payload: null, size: 0 })
    })
    return left < 2 ? 'sound' : `${Math.round(left)} MiB of answered requests are left`
  },

  async askMetadataFromResponsiveBroker(cluster) {
    const pool = poolOf(cluster)
    await pool.connect()
    await pool.refreshMetadata([cluster.topic])
    Math.random = () => 0.99 // kafkajs's shuffle then keeps the order: the frozen broker first
    cluster.broker(1).script = () => true
    await pool.refreshMetadata([cluster.topic]).catch(() => {})
    const asked = cluster.broker(1).requests.length
    await pool.refreshMetadata([cluster.topic])
    return cluster.broker(1).requests.length === asked ? 'sound' : 'the frozen broker was asked again'
  },

  async joinProduceRequests(cluster) {
    const requests = await produceRequestsForFour(cluster)
    return requests === 2 ? 'sound' : `${requests} requests for four batches`
  },

  async dropBrokerLock(cluster) {
    const requests = await produceRequestsForFour(cluster)
    return requests === 2 ? 'sound' : `${requests} requests for four batches`
  },

  async groupInOnePass(cluster) {
    const producer = await producerOf(cluster)
    let iterations = 0
    const original = Array.prototype[Symbol.iterator]
    Array.prototype[Symbol.iterator] = function () {
      if (this.length >= 500 && (this[0] as { value?: string } | undefined)?.value === 'a') iterations++
      return original.call(this)
    }
    const messages = Array.from({ length: 1_000 }, () => ({ partition: 1, value: 'a' }))
    await producer.send({ topic: cluster.topic, messages })
    Array.prototype[Symbol.iterator] = original
    if (cluster.values(1).length !== 1_000) return `${cluster.values(1).length} records are in the log`
    return iterations < 20 ? 'sound' : `the list was gone through ${iterations} times`
  },

  async encodeProduceRequests(cluster) {
    const producer = await producerOf(cluster)
    const [key, value] = [Buffer.from('store'), Buffer.from('a')]
    const messages = Array.from({ length: 200 }, () => ({ partition: 0, key, value, headers: { name: 'text' } }))
    let buffers = 0
    const { alloc } = Buffer
    Buffer.alloc = ((...args: Parameters<typeof alloc>) => {
      buffers++
      return alloc(...args)
    }) as typeof alloc
    await producer.send({ topic: cluster.topic, messages })
    Buffer.alloc = alloc
    if (cluster.values(0).length !== 200) return `${cluster.values(0).length} records are in the log`
    return buffers < 200 ? 'sound' : `${buffers} zeroed buffers for 200 records`
  },

  async describeTopicAlone(cluster) {
    // Some other topic has a partition without a leader.
    for (const broker of cluster.brokers)
      broker.script = (request) => {
        if (request.apiKey !== API.metadata || request.body.readInt32BE(0) >= 0) return false
        cluster.topicErrorCode = 5
        request.send(request.soundAnswer())
        cluster.topicErrorCode = 0
        return true
      }
    const client = new kafkajs.Kafka({ brokers: cluster.bootstrap, retry: { retries: 0 }, logCreator: SILENT })
    const admin = client.admin()
    await admin.connect()
    const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: cluster.topic }]
    const described = await admin.describeConfigs({ resources, includeSynonyms: false })
    return described.resources[0]?.configEntries.length === 1 ? 'sound' : 'the settings are missing'
  },

  async passEmptiedBatches() {
    const decodeMessages = require('kafkajs/src/protocol/requests/fetch/v4/decodeMessages')
    const Decoder = require('kafkajs/src/protocol/decoder')
    const bytes = fetchedBatches([compactedBatch({ first: 709, last: 726 })])
    const messages = await decodeMessages(new Decoder(bytes))
    const Batch = require('kafkajs/src/consumer/batch')
    const fetched = { partition: 0, highWatermark: '728', abortedTransactions: [], messages }
    // The runner passes only such a fetch.
    return new Batch('sales', '709', fetched).isEmptyDueToFiltering() ? 'sound' : 'the reader stands still'
  },

  async lendCluster(cluster) {
    const { clusterOf } = await import('../../../src/kafka/kafkajs/lent-cluster.ts')
    const client = new kafkajs.Kafka({ brokers: cluster.bootstrap, retry: { retries: 0 }, logCreator: SILENT })
    const admin = client.admin()
    await admin.connect()
    await clusterOf(admin).addMultipleTargetTopics([cluster.topic])
    const partitions = clusterOf(admin).findTopicPartitionMetadata(cluster.topic).length
    return partitions === cluster.partitions ? 'sound' : `${partitions} partitions`
  },
}

const cluster = await FakeCluster.start(2)
const deadline = sleep(20_000, 'nothing happened for 20 s')
process.on('uncaughtException', (error) => {
  console.log(`the process dies: ${error.message}`)
  process.exit()
})
console.log(await Promise.race([scenarios[name](cluster).catch((error: Error) => error.message), deadline]))
process.exit()
