/**
 * One scenario for each change of `hardening.ts`: run in a process of its own, with all changes or without one,
 * because prototypes are changed once a process. Ends with `sound` or with what is broken.
 *
 *     node test/kafka/hardening-scenarios.ts SCENARIO [--without]
 */
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import { type HARDENING, hardenKafkajs } from '../../src/kafka/hardening.ts'
import type { BrokerPool, Connection } from '../../src/kafka/kafkajs-internals.ts'
import { leftBySmallCollections } from '../harness/small-collections.ts'
import { API, FakeCluster, framed } from './fake-broker.ts'

const require = createRequire(import.meta.url)
const name = process.argv[2] as keyof typeof HARDENING
hardenKafkajs(process.argv.includes('--without') ? [name] : [])

const REQUEST_TIMEOUT_MS = 500
const SILENT = () => () => {}

type Pool = BrokerPool & { refreshMetadata(topics: string[]): Promise<unknown> }

function poolOf(cluster: FakeCluster): Pool {
  const Cluster = require('kafkajs/src/cluster')
  const { createLogger } = require('kafkajs/src/loggers')
  const { brokerPool } = new Cluster({
    logger: createLogger({ level: 0, logCreator: SILENT }),
    socketFactory: require('kafkajs/src/network/socketFactory')(),
    brokers: cluster.bootstrap,
    clientId: 'test',
    connectionTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    enforceRequestTimeout: true,
    metadataMaxAge: 300_000,
    retry: { retries: 0 },
    allowAutoTopicCreation: false,
  })
  return brokerPool
}

const scenarios: Record<keyof typeof HARDENING, (cluster: FakeCluster) => Promise<string>> = {
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
    cluster.broker(1).script = (request) => {
      if (request.apiKey !== API.apiVersions) return false
      setTimeout(() => request.send(request.soundAnswer()), 100)
      return true
    }
    const first = pool.connect()
    await sleep(50)
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
    const client = new kafkajs.Kafka({
      brokers: cluster.bootstrap,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionTimeout: REQUEST_TIMEOUT_MS,
      retry: { retries: 2, initialRetryTime: 50 },
      logCreator: SILENT,
    })
    const producer = client.producer({
      idempotent: true,
      createPartitioner: () => () => 0,
      allowAutoTopicCreation: false,
      metadataMaxAge: 300_000,
    })
    await producer.connect()
    await producer.send({ topic: cluster.topic, messages: [{ value: 'before' }] })
    cluster.broker(1).script = () => true // frozen: it takes everything and says nothing
    cluster.leaderOf = () => 2
    await producer.send({ topic: cluster.topic, messages: [{ value: 'after' }] })
    return cluster.values(0).join() === 'before,after' ? 'sound' : `the log is ${cluster.values(0)}`
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
}

const cluster = await FakeCluster.start(2)
const deadline = sleep(8_000, 'nothing happened for 8 s')
process.on('uncaughtException', (error) => {
  console.log(`the process dies: ${error.message}`)
  process.exit()
})
console.log(await Promise.race([scenarios[name](cluster).catch((error: Error) => error.message), deadline]))
process.exit()
