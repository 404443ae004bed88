/**
 * An Apache Kafka cluster on this machine, for tests, benchmarks and `npm start`: the official broker from its Maven
 * artifacts, one JVM per node (KRaft, broker and controller in one), on 127.0.0.1 only.
 *
 * - Needs Java 17 or newer, and Maven for the first start only; without one of them, Python's pip. The first start puts
 *   45 MB of jars into `.kafka/libs-<version>/`; a trial start then prepares quick starts in
 *   `.kafka/prepared-<version>-java-<version>/`. Delete `.kafka/` to start afresh. A missing tool is an error of one
 *   line, before anything is downloaded, and never a skipped test.
 * - Every broker has its folder `.kafka/run-<process>-<n>/broker-<id>/`: `server.properties`, `broker.log`, `data/`. It
 *   is deleted at `stop()` or, if this process was killed, at the next start of any cluster. A folder from
 *   `claimKeptFolder` (kept-folder.ts) keeps its data for the next start.
 * - No JVM outlives this process, even after `kill -9`.
 * - On two quiet cores, one broker starts in about 1 s and three in 2.5 s. Each takes some 180 MB of memory.
 * - The partitions of a killed broker move after 3 s (`broker.session.timeout.ms`), and it can come back then.
 * - Three brokers: replication factor 3, min.insync.replicas 2. Topics are not created automatically.
 * - More brokers can join a running cluster (`addBroker`), as they would in production.
 * - With `KAFKA_BROKERS=host:port,...`, `npm start` uses that cluster instead.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { OnProgress } from '../progress.ts'
import { type Broker, BrokerControl } from './broker.ts'
import { KAFKA_FOLDER, KAFKA_VERSION, sweep, uniqueName } from './folders.ts'
import type { KeptFolder } from './kept-folder.ts'
import type { Address } from './metadata-request.ts'
import { writeNode } from './node-folder.ts'
import { freePorts } from './ports.ts'
import { prepare, QUICK_JVM } from './prepared.ts'
import { provideRuntime } from './runtime.ts'
import type { BrokerPorts, NodePorts } from './server-properties.ts'
import { createTopic, type NewTopic } from './topics.ts'

/** What to start; every field has a default. */
export interface KafkaOptions {
  /** Default 1. */
  brokers?: 1 | 3
  /** Where the data are kept after `stop()`, for the next start. Default: a folder under `.kafka/` that is deleted. */
  folder?: KeptFolder
  /** The port of the first broker's direct address; default: any that is free. */
  port?: number
  /** Lines added to, or overriding, the server.properties of every broker. */
  brokerConfig?: Record<string, string>
  /** Where a broker keeps its data, instead of `data` in its own folder. Other folders are not deleted at `stop()`. */
  logDirs?: (brokerId: number, data: string) => string[]
  /** JVM settings instead of `QUICK_JVM`, for a benchmark that wants the broker at its best. */
  jvmFlags?: string[]
  /**
   * The address that a broker's second listener gives to clients. A client that bootstraps there stays behind the
   * proxy.
   */
  proxied?: (brokerId: number) => Address
  /** Told about every step of the start. */
  onProgress?: OnProgress
  /** Called with a line about what is installed for it; default: it is progress, too. */
  say?: (line: string) => void
  /** Called when a broker of a running cluster ended and nobody here ended it, with what is known about it. */
  onBrokerEnd?: (problem: string) => void
  /** Ends the start when it is aborted: `startKafka` then rejects. Without effect on a cluster that runs. */
  signal?: AbortSignal
}

/** A running cluster. */
export interface KafkaCluster {
  /** Direct addresses, `127.0.0.1:port`. */
  bootstrap: string[]
  /** Broker ids count from 0: `brokers[id]`. */
  brokers: Broker[]
  /**
   * Adds a broker that is not a controller, with its own lines of server.properties. Resolves when it serves clients;
   * `brokers` and `bootstrap` then include it. Rejects where data are kept: the next start would not know the broker.
   */
  addBroker(brokerConfig?: Record<string, string>): Promise<Broker>
  /** Creates a topic and resolves when every broker that answers serves it: see topics.ts. */
  createTopic(options: NewTopic): Promise<void>
  /**
   * Ends every broker, even a frozen one. Where data are kept: orderly, then kill -9. Else kill -9, and deletes the data.
   */
  stop(): Promise<void>
}

// The last of three brokers to stop has no controller quorum left to sign off from, and would wait for minutes.
const CLUSTER_STOP_PATIENCE_MS = 5_000

/**
 * Starts a cluster. Resolves when every broker serves clients and knows all others. On failure nothing keeps running.
 */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaCluster> {
  const { onProgress = () => {}, jvmFlags = QUICK_JVM, signal } = options
  onProgress('Looking for Java')
  await sweep()
  const { java, jars } = await provideRuntime({ env: process.env, onProgress, say: options.say, signal })
  const prepared = await prepare({ java, jars, jvmFlags, onProgress, signal })

  const keepsData = options.folder !== undefined
  const folder = options.folder?.path ?? join(KAFKA_FOLDER, uniqueName('run'))
  const controllers = await nodePorts(options.brokers ?? 1)
  if (options.port !== undefined) (controllers[0] as NodePorts).direct = options.port

  let isUp = false
  const makeBroker = async (id: number, ports: BrokerPorts, brokerConfig: Record<string, string> = {}) => {
    const proxiedTarget = { host: '127.0.0.1', port: ports.proxied }
    const brokerFolder = join(folder, `broker-${id}`)
    const advertisedProxy = options.proxied?.(id) ?? proxiedTarget
    const lines = { ...options.brokerConfig, ...brokerConfig }
    const settings = { id, ports, controllers, advertisedProxy, brokerConfig: lines }
    const data = join(brokerFolder, 'data')
    await writeNode(brokerFolder, settings, options.logDirs?.(id, data) ?? [data], prepared.checkpoint)
    const direct = { host: '127.0.0.1', port: ports.direct }
    const { javaFlags } = prepared
    const onEnd = (problem: string) => isUp && options.onBrokerEnd?.(problem)
    return new BrokerControl({ id, folder: brokerFolder, java: java.command, javaFlags, direct, proxiedTarget, onEnd })
  }
  const brokers = await Promise.all(controllers.map((ports, id) => makeBroker(id, ports)))
  const bootstrap = brokers.map((broker) => broker.address)

  const cluster: KafkaCluster = {
    bootstrap,
    brokers,
    addBroker: async (brokerConfig) => {
      if (keepsData) throw new Error('no broker can be added to a cluster that keeps its data')
      const [ports] = (await nodePorts(1)) as [NodePorts]
      const broker = await makeBroker(brokers.length, ports, brokerConfig)
      brokers.push(broker) // first, so that stop() ends it whatever happens
      await broker.start()
      bootstrap.push(broker.address)
      return broker
    },
    createTopic: (topic) => createTopic(bootstrap, topic),
    stop: async () => {
      await Promise.all(brokers.map((broker) => (keepsData ? broker.stop(CLUSTER_STOP_PATIENCE_MS) : broker.kill())))
      if (!keepsData) await rm(folder, { recursive: true, force: true })
    },
  }
  onProgress(`Starting Kafka ${KAFKA_VERSION}`)
  try {
    const ids = brokers.map((broker) => broker.id)
    await Promise.all(brokers.map((broker) => broker.launch()))
    await Promise.all(brokers.map((broker) => broker.serves(ids, signal)))
    isUp = true
    return cluster
  } catch (error) {
    await cluster.stop()
    throw error
  }
}

async function nodePorts(count: number): Promise<NodePorts[]> {
  return await Promise.all(
    Array.from({ length: count }, async () => {
      const [direct, proxied, controller] = (await freePorts(3)) as [number, number, number]
      return { direct, proxied, controller }
    }),
  )
}
