import { createRequire } from 'node:module'
import type { DecodedRecord, FetchedPartition } from './lent-cluster.ts'
import type { ReadyBytes } from './ready-bytes.ts'

// Types of kafkajs's own classes, as far as the changes touch them.

export interface Socket {
  destroy(): void
}

export interface Connection {
  readonly host: string
  readonly port: number
  readonly connectionTimeout: number
  socket: Socket | undefined
  chunks: Buffer[]
  bytesBuffered: number
  bytesNeeded: number
  authHandlers: unknown
  /** Null while it is not logged in. */
  authenticatedAt: unknown
  readonly sasl: Sasl | null
  connectionStatus: string
  requestQueue: RequestQueue
  isConnected(): boolean
  /** Whether a request may go, as far as the login is concerned. */
  isAuthenticated(): boolean
  connect(): Promise<unknown>
  /** Logs in, unless it is logged in. Callers at the same time share one login. */
  authenticate(): Promise<void>
  disconnect(): Promise<unknown>
  send(request: unknown): Promise<unknown>
  processData(data: Buffer): void
  rejectRequests(error: Error): void
}

interface Sasl {
  /** With OAUTHBEARER: fetches a token, or returns the one that is still good. */
  readonly oauthBearerProvider?: () => Promise<unknown>
}

/** The connections to one broker: the first for everything but fetches. */
export interface ConnectionPool {
  readonly host: string
  readonly port: number
  readonly connectionTimeout: number
  readonly sasl: Sasl | null
  readonly pool: Connection[]
  isAuthenticated(): boolean
}

/** Logs one connection in. */
interface SaslAuthenticator {
  readonly connection: Connection
  /** As the broker said, in milliseconds; 0: without end. */
  readonly sessionLifetime: string
  authenticate(): Promise<void>
}

export interface Broker {
  nodeId: number | null
  versions: unknown
  readonly connectionPool: ConnectionPool
  isConnected(): boolean
  connect(): Promise<unknown>
  disconnect(): Promise<unknown>
  produce(request: ProduceRequest): Promise<ProduceResponse>
}

export interface ProduceRequest {
  readonly transactionalId?: string | null | undefined
  readonly acks: number
  readonly timeout: number
  readonly producerId?: { toString(): string } | undefined
  readonly producerEpoch?: number | undefined
  readonly compression?: number | undefined
  readonly topicData: readonly {
    readonly topic: string
    readonly partitions: readonly {
      readonly partition: number
      readonly firstSequence?: number
      readonly messages: readonly { readonly value?: Buffer | null }[]
    }[]
  }[]
}

/** What a broker answers for one partition of a produce request. */
export interface PartitionAnswer {
  readonly partition: number
  readonly errorCode: number
  /** As text; -1 if nothing was appended. */
  readonly baseOffset: string
}

export interface ProduceResponse {
  /** How long the broker asks the client to pause, in milliseconds. */
  readonly clientSideThrottleTime?: number | undefined
  readonly topics: readonly {
    readonly topicName: string
    readonly partitions: readonly PartitionAnswer[]
  }[]
}

export interface BrokerPool {
  brokers: Record<string, Broker>
  seedBroker: Broker | undefined
  /** A new object after every refresh. */
  readonly metadata: object | null
  readonly metadataMaxAge: number
  metadataExpireAt: number | null
  connect(): Promise<unknown>
  findBroker(options: { nodeId: string }): Promise<Broker>
  findConnectedBroker(): Promise<Broker>
  refreshMetadata(topics: string[]): Promise<unknown>
  refreshMetadataIfNecessary(topics: string[]): Promise<unknown>
  removeBroker(address: { host: string; port: number }): void
}

/** Makes an admin client. It connects to `cluster`. */
export type CreateAdmin = (options: { readonly cluster: Cluster }) => AdminClient

interface Cluster {
  /** From then on, asking for metadata asks for that of these topics alone. Rejects as the request for it does. */
  addTargetTopic(topic: string): Promise<void>
}

interface AdminClient {
  describeConfigs(request: { readonly resources: readonly ConfigResource[] }): Promise<unknown>
}

interface ConfigResource {
  readonly type: number
  readonly name: string
}

export interface RequestQueue {
  readonly enforceRequestTimeout: boolean
  readonly requestTimeout: number
  readonly maxInFlightRequests: number | null
  readonly pending: readonly SocketRequest[]
  inflight: Map<number, SocketRequest>
  throttledUntil: number
  throttleCheckTimeoutId: NodeJS.Timeout | null
  requestTimeoutIntervalId: NodeJS.Timeout | undefined
  /** `host:port` */
  readonly broker: string
  /** That of the client; null in tests of the queue alone. */
  readonly instrumentationEmitter: { emit(event: string, payload: object): void } | null
  /** Ours (`throttling.ts`): runs while a long pause is kept. */
  longPause?: NodeJS.Timeout | undefined
  /** Ours: called when a pause was kept for as long as it may be. */
  onLongPause?: () => void
  isConnected(): boolean
  push(request: unknown): void
  sendSocketRequest(request: SocketRequest): void
  scheduleRequestTimeoutCheck(): void
  maybeThrottle(throttleMs: number | null | undefined): void
  canSendSocketRequestImmediately(): boolean
  checkPendingRequests(): void
  scheduleCheckPendingRequests(): void
  rejectAll(error: Error): void
  destroy(): void
}

export interface SocketRequest {
  readonly entry: { readonly apiKey: number }
  readonly requestTimeout: number
  timeoutRequest(): void
  rejected(error: Error): void
}

/** Builds a request. `ready` is ours (`ready-bytes.ts`). */
export interface Encoder {
  readonly buffer: Buffer
  ready?: ReadyBytes
  size(): number
  writeEncoder(value: unknown): Encoder
}

/** What each change gets to work on. */
export interface Internals {
  readonly Connection: { prototype: Connection }
  readonly Broker: { prototype: Broker }
  readonly BrokerPool: { prototype: BrokerPool }
  readonly ConnectionPool: { prototype: ConnectionPool }
  readonly SaslAuthenticator: { prototype: SaslAuthenticator }
  readonly RequestQueue: { prototype: RequestQueue }
  readonly Encoder: { prototype: Encoder }
  /** The base of all versions of the answer that kafkajs uses with today's brokers. */
  readonly produceResponse: { parse: (response: ProduceResponse) => Promise<ProduceResponse> }
  /** The records of a fetch, as a consumer hands them on. */
  readonly Batch: new (
    topic: string,
    fetchedOffset: string,
    fetched: FetchedPartition,
  ) => { messages: readonly DecodedRecord[] }
  readonly createErrorFromCode: (code: number) => Error
  readonly KafkaJSConnectionClosedError: new (message: string, at: { host: string; port: number }) => Error
  readonly KafkaJSConnectionError: new (message: string, at: { broker: string }) => Error
  readonly KafkaJSRequestTimeoutError: new (message: string) => Error
  /**
   * Replaces the exports of a module (such as `producer/eosManager`) by what `wrap` returns, for every module that
   * loads it later.
   */
  replaceModule<T>(module: string, wrap: (original: T) => T): void
}

const VERSION = '2.2.4'

/**
 * Loads the internals through `require`, as kafkajs loads itself; it has no `exports` map. Throws when another version
 * is installed, or when kafkajs was already loaded: replacing a module would then have no effect.
 */
export function loadInternals(): Internals {
  const require = createRequire(import.meta.url)
  const { version } = require('kafkajs/package.json')
  if (version !== VERSION) {
    throw new Error(`kafkajs ${VERSION} is required, found ${version}: its internals are changed at start`)
  }
  if (require.cache[require.resolve('kafkajs')] !== undefined) {
    throw new Error('kafkajs was loaded before it was changed: import it from src/kafka/kafkajs/index.ts alone')
  }
  const {
    KafkaJSConnectionClosedError,
    KafkaJSConnectionError,
    KafkaJSRequestTimeoutError,
  } = require('kafkajs/src/errors')
  return {
    Connection: require('kafkajs/src/network/connection'),
    Broker: require('kafkajs/src/broker'),
    BrokerPool: require('kafkajs/src/cluster/brokerPool'),
    ConnectionPool: require('kafkajs/src/network/connectionPool'),
    SaslAuthenticator: require('kafkajs/src/broker/saslAuthenticator'),
    RequestQueue: require('kafkajs/src/network/requestQueue'),
    Encoder: require('kafkajs/src/protocol/encoder'),
    Batch: require('kafkajs/src/consumer/batch'),
    produceResponse: require('kafkajs/src/protocol/requests/produce/v3/response'),
    createErrorFromCode: require('kafkajs/src/protocol/error').createErrorFromCode,
    KafkaJSConnectionClosedError,
    KafkaJSConnectionError,
    KafkaJSRequestTimeoutError,
    replaceModule(name, wrap) {
      const file = require.resolve(`kafkajs/src/${name}`)
      const original = require(file)
      const module = require.cache[file]
      if (module === undefined) throw new Error(`kafkajs has no module ${name}`)
      module.exports = wrap(original)
    },
  }
}
