import { createRequire } from 'node:module'
import type { ISocketFactory } from 'kafkajs'

/**
 * The classes inside kafkajs that `hardening.ts` changes, as far as it touches them. kafkajs is pinned to exactly
 * this version, has no `exports` map, and is loaded here once through `require`, as it loads itself.
 */
export const KAFKAJS_VERSION = '2.2.4'

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
  connectionStatus: string
  requestQueue: RequestQueue
  isConnected(): boolean
  connect(): Promise<unknown>
  disconnect(): Promise<unknown>
  send(request: unknown): Promise<unknown>
  processData(data: Buffer): void
  rejectRequests(error: Error): void
}

export interface Broker {
  nodeId: number | null
  versions: unknown
  readonly connectionPool: {
    readonly host: string
    readonly port: number
    readonly connectionTimeout: number
    readonly pool: Connection[]
  }
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

export interface ProduceResponse {
  readonly topics: readonly {
    readonly topicName: string
    readonly partitions: readonly { readonly partition: number; readonly errorCode: number }[]
  }[]
}

export interface Lock {
  acquire(): Promise<void>
}

export interface BrokerPool {
  brokers: Record<string, Broker>
  seedBroker: Broker | undefined
  connect(): Promise<unknown>
  findBroker(options: { nodeId: string }): Promise<Broker>
  findConnectedBroker(): Promise<Broker>
  refreshMetadata(topics: string[]): Promise<unknown>
  removeBroker(address: { host: string; port: number }): void
}

export interface RequestQueue {
  readonly pending: readonly unknown[]
  inflight: Map<number, unknown>
  push(request: unknown): void
  scheduleCheckPendingRequests(): void
  rejectAll(error: Error): void
}

interface Internals {
  readonly version: string
  readonly Connection: { prototype: Connection }
  readonly Broker: { prototype: Broker }
  readonly BrokerPool: { prototype: BrokerPool }
  readonly RequestQueue: { prototype: RequestQueue }
  readonly Lock: { prototype: Lock; new (options: { timeout: number }): Lock }
  readonly socketFactory: () => ISocketFactory
  /** What all versions that kafkajs speaks with today's brokers are made from; loaded when it first needs them. */
  readonly produceResponse: { parse: (response: ProduceResponse) => Promise<ProduceResponse> }
  readonly createErrorFromCode: (code: number) => Error
  readonly KafkaJSConnectionClosedError: new (message: string, at: { host: string; port: number }) => Error
  readonly KafkaJSConnectionError: new (message: string, at: { broker: string }) => Error
}

/** Loads the internals. Throws when the installed kafkajs is not the one that the changes were written for. */
export function loadKafkajsInternals(): Internals {
  const require = createRequire(import.meta.url)
  const { version } = require('kafkajs/package.json')
  if (version !== KAFKAJS_VERSION) {
    throw new Error(`kafkajs ${KAFKAJS_VERSION} is required, found ${version}: its internals are changed at start`)
  }
  const { KafkaJSConnectionClosedError, KafkaJSConnectionError } = require('kafkajs/src/errors')
  return {
    version,
    Connection: require('kafkajs/src/network/connection'),
    Broker: require('kafkajs/src/broker'),
    BrokerPool: require('kafkajs/src/cluster/brokerPool'),
    RequestQueue: require('kafkajs/src/network/requestQueue'),
    Lock: require('kafkajs/src/utils/lock'),
    socketFactory: require('kafkajs/src/network/socketFactory'),
    produceResponse: require('kafkajs/src/protocol/requests/produce/v3/response'),
    createErrorFromCode: require('kafkajs/src/protocol/error').createErrorFromCode,
    KafkaJSConnectionClosedError,
    KafkaJSConnectionError,
  }
}
