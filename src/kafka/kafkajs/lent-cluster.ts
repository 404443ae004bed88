import type { Admin } from './index.ts'
import type { CreateAdmin, Internals, ProduceRequest, ProduceResponse } from './internals.ts'
import type { ReadyBytes } from './ready-bytes.ts'

/** The cluster behind an admin client: finds brokers, and asks them single requests without any retry. */
export interface LentCluster {
  /** From then on the metadata of these topics is kept. Rejects if one is missing. */
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[]
  /** The partitions by the id of their leader. */
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Record<string, readonly number[]>
  findBroker(options: { nodeId: string }): Promise<LentBroker>
  readonly brokerPool: { findConnectedBroker(): Promise<LentBroker> }
  /** `coordinatorType`: 0 for a group, 1 for a transactional id. */
  findGroupCoordinator(options: { groupId: string; coordinatorType: 0 | 1 }): Promise<LentBroker>
}

interface Producer {
  readonly transactionalId: string
  readonly producerId: string
  readonly producerEpoch: number
}

/** Each rejects with the error that the broker answers. */
export interface LentBroker {
  readonly nodeId: number | null
  /** What it speaks, by API key. */
  readonly versions: Readonly<Record<number, { readonly maxVersion: number } | undefined>> | null
  /** Sends a request that kafkajs does not know. Rejects when there is no answer. */
  readonly connectionPool: { send(request: OwnRequest): Promise<unknown> }
  initProducerId(request: {
    transactionalId: string
    transactionTimeout: number
  }): Promise<Omit<Producer, 'transactionalId'>>
  addPartitionsToTxn(
    request: Producer & { topics: readonly { topic: string; partitions: readonly number[] }[] },
  ): Promise<unknown>
  produce(request: ProduceRequest): Promise<ProduceResponse>
  endTxn(request: Producer & { transactionResult: boolean }): Promise<unknown>
  fetch(request: FetchRequest): Promise<FetchResponse>
  describeConfigs(request: {
    resources: readonly { type: number; name: string; configNames: readonly string[] }[]
  }): Promise<{
    resources: readonly { configEntries: readonly { configName: string; configSource: number }[] }[]
  }>
  listOffsets(request: {
    isolationLevel: number
    topics: readonly { topic: string; partitions: readonly { partition: number; timestamp: number }[] }[]
  }): Promise<{ responses: readonly { topic: string; partitions: readonly { partition: number; offset: string }[] }[] }>
  offsetCommit(request: {
    groupId: string
    groupGenerationId: number
    memberId: string
    topics: readonly { topic: string; partitions: readonly { partition: number; offset: string }[] }[]
  }): Promise<unknown>
}

interface OwnRequest {
  readonly request: {
    readonly apiKey: number
    readonly apiVersion: number
    readonly apiName: string
    readonly encode: () => Promise<ReadyBytes>
  }
  /** `decode` gets the bytes behind the correlation id, and `parse` what `decode` resolves with. */
  readonly response: {
    readonly decode: (payload: Buffer) => Promise<unknown>
    readonly parse: (decoded: unknown) => Promise<unknown>
  }
}

interface FetchRequest {
  readonly replicaId: number
  readonly isolationLevel: number
  readonly maxWaitTime: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly topics: readonly {
    readonly topic: string
    readonly partitions: readonly { partition: number; fetchOffset: number; maxBytes: number }[]
  }[]
}

/** A record as kafkajs decodes it. */
export interface DecodedRecord {
  readonly offset: string
  readonly timestamp: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, unknown>>
  readonly batchContext: { readonly firstOffset: string; readonly lastOffsetDelta: number }
}

export interface FetchedPartition {
  readonly partition: number
  readonly highWatermark: string
  /** The first offset of the partition: kafkajs's name for the log's start offset. */
  readonly lastStartOffset: string
  /** All records of the batches, also markers, those of aborted transactions, and one in place of each last record that is gone. */
  readonly messages: readonly DecodedRecord[]
}

interface FetchResponse {
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly FetchedPartition[] }[]
}

const lent = new WeakMap<object, LentCluster>()
let errorOf: ((code: number) => Error) | undefined
let committedIn: ((topic: string, offset: string, fetched: FetchedPartition) => readonly DecodedRecord[]) | undefined

/**
 * Admin client: `clusterOf` finds its cluster.
 *
 * Without it, records are read only in consumer groups, whose rebalances move the position while a state is restored;
 * and transactions are kafkajs's own, which send a batch again that is still in flight when one of several brokers fails,
 * and stay in the state COMMITTING for ever when the answer to EndTxn is lost.
 */
export function lendCluster({ replaceModule, createErrorFromCode, Batch }: Internals): void {
  errorOf = createErrorFromCode
  committedIn = (topic, offset, fetched) => new Batch(topic, offset, fetched).messages
  replaceModule<CreateAdmin>('admin', (createAdmin) => (options) => {
    const admin = createAdmin(options)
    lent.set(admin, options.cluster as unknown as LentCluster)
    return admin
  })
}

/** The cluster of an admin client. It is connected while the client is. */
export function clusterOf(admin: Admin): LentCluster {
  const cluster = lent.get(admin)
  if (cluster === undefined) throw new Error('this admin client was made before kafkajs was changed')
  return cluster
}

/** What kafkajs rejects with when a broker answers this code. `message`: the broker's own words, if it has any. */
export function protocolError(code: number, message: string): Error {
  if (errorOf === undefined) throw new Error('kafkajs was not changed')
  const error = errorOf(code)
  if (message !== '') error.message = message
  return error
}

/** The records of a fetch from `offset` on whose transactions were committed, without markers. */
export function committedRecords(topic: string, offset: number, fetched: FetchedPartition): readonly DecodedRecord[] {
  if (committedIn === undefined) throw new Error('kafkajs was not changed')
  return committedIn(topic, String(offset), fetched)
}
