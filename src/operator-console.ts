import { hostname } from 'node:os'
import type { Accumulator } from './accumulator/accumulator.ts'
import type { BufferMemory } from './admission/buffer-memory.ts'
import { kafkaOptions } from './config.ts'
import { readerOptions } from './config-reader.ts'
import type { Config } from './config-schema.ts'
import { Console } from './console/console.ts'
import type { Figures } from './console/snapshots.ts'
import type { UnreadAnswers } from './http/unread-answers.ts'
import { cachedPartitionOf } from './invoice/partition.ts'
import { BrokerWatch } from './kafka/broker-watch.ts'
import { followTail } from './kafka/follow-tail.ts'
import { stageTopics } from './kafka/partition-owner.ts'
import { readRecord } from './kafka/read-record.ts'
import type { KnownInvoices } from './known-invoices.ts'
import type { UploadReader } from './uploads/upload-reader.ts'

/** What the console reads of an instance. */
export interface ConsoleParts {
  readonly readiness: () => Figures['readiness']
  readonly accumulator: Accumulator
  readonly memory: BufferMemory
  readonly unreadAnswers: UnreadAnswers
  readonly reader: UploadReader
  readonly known: KnownInvoices
  /** In seconds. */
  readonly longestBlock: () => number
}

const MOST_VIEWERS = 20

/** The console of one instance. It has connections to Kafka only while somebody watches. */
export function createOperatorConsole(config: Config, parts: ConsoleParts): Console {
  const { KAFKA_TOPIC: topic, KAFKA_PARTITIONS: partitions } = config
  const partitionOf = cachedPartitionOf(partitions)
  const session = { ...kafkaOptions(config), onClientLog: () => {} }
  const { accumulator, memory, unreadAnswers, reader, known } = parts
  const instance = { name: hostname(), topic, partitions }
  const { workers } = readerOptions(config)
  return new Console({
    figures: () => ({
      instance,
      readiness: parts.readiness(),
      lanes: accumulator.laneStates,
      pendingRecords: accumulator.pendingRecords,
      bufferedBytes: memory.usedBytes,
      bufferCapacityBytes: memory.capacityBytes,
      unreadAnswerBytes: unreadAnswers.bytes,
      longestBlockSeconds: parts.longestBlock(),
      openBodies: reader.workers.busy + reader.workers.waiting,
      workers,
      journals: known.figures().journals,
    }),
    journals: known.journals,
    maxViewers: Math.max(1, Math.min(MOST_VIEWERS, Math.floor(config.ADMIN_MAX_CONNECTIONS / 4))),
    rules: { silentAfterMs: config.SILENT_AFTER_MS },
    place: (storeId) => ({ topic, partition: partitionOf(storeId) }),
    brokers: new BrokerWatch(session),
    followConflicts: (watcher, signal) =>
      followTail({ ...session, topic: stageTopics(topic).conflicts, partitions }, watcher, signal),
    readRecord: (place) => readRecord(session, place),
  })
}

/** Tells both what it is told. */
export function both<T extends unknown[]>(one: (...told: T) => void, other: (...told: T) => void) {
  return (...told: T): void => {
    one(...told)
    other(...told)
  }
}
