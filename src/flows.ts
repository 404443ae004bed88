import { availableParallelism } from 'node:os'
import type { Accumulator } from './accumulator/accumulator.ts'
import { BacklogWindow } from './accumulator/backlog-window.ts'
import { cachedPartitionOf } from './accumulator/partition.ts'
import { BacklogReader } from './batch/backlog-reader.ts'
import { REQUEST_OVERHEAD_BYTES } from './config.ts'
import type { Config } from './config-schema.ts'
import { createKeyBinding } from './idempotency-keys.ts'
import { createIngest, type Ingest } from './ingest.ts'
import { createIngestBacklog, type IngestBacklog } from './ingest-backlog.ts'
import { arithmeticOf } from './invoice/validate.ts'
import { createQuotas } from './quotas.ts'

/** The two ways of an invoice through an instance, and what reads uploads. */
export interface Flows {
  readonly ingest: Ingest
  readonly ingestBacklog: IngestBacklog
  readonly reader: BacklogReader
}

/** Puts the flows together, over one accumulator. Whoever calls it stops the reader; `onTrouble` hears of its workers. */
export function createFlows(config: Config, accumulator: Accumulator, onTrouble: (error: Error) => void): Flows {
  const lenientStores = config.LENIENT_STORES?.split(',').map((storeId) => storeId.trim()) ?? []
  const window = new BacklogWindow({
    maxRecords: config.BACKLOG_WINDOW_RECORDS,
    share: config.BACKLOG_SHARE_PERCENT / 100,
  })
  const reader = new BacklogReader({
    limits: {
      maxBytes: config.BACKLOG_MAX_BYTES,
      maxInvoices: config.BACKLOG_MAX_INVOICES,
      maxInvoiceBytes: config.MAX_INVOICE_BYTES,
      arithmetic: config.ARITHMETIC,
      lenientStores,
    },
    workers: config.BACKLOG_WORKERS ?? Math.min(Math.max(availableParallelism() - 1, 1), 4),
    maxWaiting: config.BACKLOG_WAITING,
    timeoutMs: config.BACKLOG_READ_TIMEOUT_MS,
    inlineBytes: config.BACKLOG_INLINE_BYTES,
    onTrouble,
  })
  const shared = {
    accumulator,
    topic: config.KAFKA_TOPIC,
    partitionOf: cachedPartitionOf(config.KAFKA_PARTITIONS),
    takeQuota: createQuotas({ perStore: config.QUOTA_STORE_PER_MINUTE, perTerminal: config.QUOTA_TERMINAL_PER_MINUTE }),
  }
  return {
    reader,
    ingest: createIngest({
      ...shared,
      arithmetic: arithmeticOf(config.ARITHMETIC, lenientStores),
      bindKey: createKeyBinding(),
      onLive: () => window.noteLive(),
    }),
    ingestBacklog: createIngestBacklog({
      ...shared,
      reader,
      window,
      timeoutMs: config.DELIVERY_TIMEOUT_MS,
      overheadBytes: REQUEST_OVERHEAD_BYTES,
    }),
  }
}
