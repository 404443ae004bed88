import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Accumulator } from '../../src/accumulator/accumulator.ts'
import type { BatchOutcome, ProducerBatch } from '../../src/accumulator/producer-batch.ts'
import type { ProducerRecord } from '../../src/accumulator/producer-record.ts'
import type { Publisher } from '../../src/accumulator/publisher.ts'
import { Arrivals } from '../../src/admission/arrivals.ts'
import { BufferMemory } from '../../src/admission/buffer-memory.ts'
import { createQuotas } from '../../src/admission/quotas.ts'
import { Senders } from '../../src/admission/senders.ts'
import { UploadWindow } from '../../src/admission/upload-window.ts'
import { REQUEST_OVERHEAD_BYTES } from '../../src/config-memory.ts'
import { buildApp } from '../../src/http/app.ts'
import { UnreadAnswers } from '../../src/http/unread-answers.ts'
import { createIngestUpload } from '../../src/ingest/upload.ts'
import { cachedPartitionOf } from '../../src/invoice/partition.ts'
import { UploadReader } from '../../src/uploads/upload-reader.ts'
import { NOTHING_KNOWN } from '../known/nothing-known.ts'

export const LIMITS = { maxBytes: 64 * 1024, maxCompressedBytes: 8 * 1024, maxInvoices: 20, maxInvoiceBytes: 4_000 }
const PARTITIONS = 3

/** Acknowledges everything at once, and remembers it. */
class AcknowledgingPublisher implements Publisher {
  readonly lastAnswerAtMs = 0
  published: ProducerRecord[] = []
  #offset = 0n

  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  refusalOf(): null {
    return null
  }

  async publish(batch: ProducerBatch): Promise<BatchOutcome> {
    batch.beginAttempt()
    const baseOffset = this.#offset
    this.#offset += BigInt(batch.records.length)
    this.published.push(...batch.records)
    batch.end()
    return { kind: 'acknowledged', baseOffset }
  }
}

/** The whole way of uploads, worker threads included, up to a publisher that acknowledges everything. */
export interface UploadApp {
  readonly port: number
  readonly memory: BufferMemory
  /** What was published since the latest call, in order. */
  takePublished(): ProducerRecord[]
  readonly troubles: Error[]
  stop(): Promise<void>
}

export async function startUploadApp(): Promise<UploadApp> {
  const memory = new BufferMemory(16 * 2 ** 20)
  const publisher = new AcknowledgingPublisher()
  const troubles: Error[] = []
  const limits = { maxBatchRecords: 500, maxBatchBytes: 900_000, lingerMs: 0, stallAfterMs: 5_000 }
  const accumulator = new Accumulator({ publisher, partitions: PARTITIONS, limits, deliveryTimeoutMs: 30_000 })
  accumulator.open()
  const reader = new UploadReader({
    limits: { ...LIMITS, arithmetic: 'strict', lenientStores: [] },
    workers: 1,
    maxWaiting: 4,
    timeoutMs: 30_000,
    inlineBytes: 2_048,
    onTrouble: (error) => troubles.push(error),
  })
  const arrivals = new Arrivals({ capacityBytes: memory.capacityBytes, minBytesPerSecond: 1, graceMs: 20_000 })
  const app = await buildApp(
    {
      ingest: () => Promise.reject(new Error('no single invoices here')),
      journalStateOf: () => ({ kind: 'new' }),
      ingestUpload: createIngestUpload({
        accumulator,
        reader,
        topic: 'invoices',
        partitionOf: cachedPartitionOf(PARTITIONS),
        known: NOTHING_KNOWN,
        takeQuota: createQuotas({ perStore: undefined, perTerminal: undefined }),
        window: new UploadWindow({ maxRecords: 256, share: 1 }),
        timeoutMs: 30_000,
        overheadBytes: REQUEST_OVERHEAD_BYTES,
      }),
      isReady: () => true,
      isDraining: () => false,
      admit: () => memory.tryReserve(REQUEST_OVERHEAD_BYTES),
      authenticate: null,
      senders: new Senders({
        maxConnections: Infinity,
        memoryBytes: Infinity,
        uploadMemoryBytes: Infinity,
        timeShare: 1,
      }),
      arrivals,
      liveLimit: { refusal: () => null, enter: () => ({ kind: 'entered', leave: () => {} }) },
      hasReader: () => reader.hasRoom('upload'),
      hasInvoiceReader: () => true,
      admitUpload: () => memory.tryReserve(REQUEST_OVERHEAD_BYTES),
      uploadArrivals: arrivals,
      unreadAnswers: new UnreadAnswers(() => troubles.push(new Error('an answer was not read'))),
      onAnswer: (answer) => {
        if (answer.kind === 'problem' && answer.status === 500) troubles.push(answer.cause as Error)
      },
    },
    {
      maxInvoiceBytes: LIMITS.maxInvoiceBytes,
      maxUploadBytes: LIMITS.maxBytes,
      maxCompressedBytes: LIMITS.maxCompressedBytes,
      inlineBytes: 2_048,
      invoiceInlineBytes: 65_536,
      requestTimeoutMs: 20_000,
      keepAliveTimeoutMs: 20_000,
      logger: false,
    },
  )
  await app.listen({ host: '127.0.0.1', port: 0 })
  const server: Server = app.server
  return {
    port: (server.address() as AddressInfo).port,
    memory,
    troubles,
    takePublished: () => publisher.published.splice(0),
    stop: async () => {
      server.closeAllConnections()
      await Promise.all([app.close(), reader.stop()])
    },
  }
}
