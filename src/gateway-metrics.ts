import type { Access } from './access.ts'
import type { Accumulator } from './accumulator/accumulator.ts'
import type { BufferMemory } from './admission/buffer-memory.ts'
import type { UnreadAnswers } from './http/unread-answers.ts'
import type { Tally } from './ingest/tally.ts'
import type { KafkaPublisher } from './kafka/kafka-publisher.ts'
import type { KnownInvoices } from './known-invoices.ts'
import { createMetrics, type Metrics, type MetricsSources } from './observability/metrics.ts'

/** The parts of an instance that are looked at when it is scraped. */
interface Measured extends Pick<MetricsSources, 'isReady' | 'workers' | 'longestBlock'> {
  readonly tally: Tally
  readonly accumulator: Accumulator
  readonly memory: BufferMemory
  readonly unreadAnswers: UnreadAnswers
  readonly publisher: KafkaPublisher
  readonly access: Access
  readonly known: KnownInvoices
}

/** The metrics of one instance. */
export function createGatewayMetrics(parts: Measured): Metrics {
  const { tally, accumulator, memory, unreadAnswers, publisher, access, known, isReady, workers, longestBlock } = parts
  return createMetrics({
    isReady,
    workers,
    invoices: () => tally.figures,
    pendingRecords: () => accumulator.pendingRecords,
    busyPartitions: () => accumulator.batchAgesMs.length,
    stalledPartitions: () => accumulator.stalledLanes,
    oldestBatchMs: () => Math.max(0, ...accumulator.batchAgesMs),
    bufferedBytes: () => memory.usedBytes,
    bufferCapacityBytes: memory.capacityBytes,
    unreadAnswerBytes: () => unreadAnswers.bytes,
    longestBlock,
    warnings: () => publisher.warnings.length,
    rememberedTokens: () => access.rememberedTokens,
    staleAuthFiles: () => access.staleFiles,
    known: known.figures,
  })
}
