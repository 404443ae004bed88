import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { Accumulator } from './accumulator/accumulator.ts'
import { BufferMemory } from './accumulator/buffer-memory.ts'
import { buildApp } from './app.ts'
import { kafkaOptions, REQUEST_OVERHEAD_BYTES } from './config.ts'
import type { Config } from './config-schema.ts'
import { createFlows } from './flows.ts'
import { trackRequests } from './http/close-server.ts'
import { startMetricsServer } from './http/metrics-server.ts'
import { KafkaPublisher } from './kafka/kafka-publisher.ts'
import { LiveLimit } from './live-limit.ts'
import { createMetrics } from './observability/metrics.ts'
import { EventSummary } from './observability/summary.ts'

/** A running instance. */
export interface Gateway {
  /** Where it listens, e.g. `http://127.0.0.1:8080`. */
  readonly url: string
  /** Resolves when the instance is ready for the first time, or was stopped before. */
  readonly ready: Promise<void>
  /** Whether the instance may be sent invoices, and why not. */
  readiness(): { ready: boolean; reasons: readonly string[] }
  /**
   * Not ready at once, serves on for `DRAIN_DELAY_MS`, stops listening, waits for what is under way, disconnects; after
   * `SHUTDOWN_TIMEOUT_MS` it answers the rest `unknown` or `rejected` and closes. Calling it again changes nothing.
   */
  stop(): Promise<void>
}

/** So many live invoices may be under way however slowly they are stored. */
const MIN_LIVE = 1_000

/** Kept of the shutdown's time for the last answers to be written and the connections to be closed. */
const LAST_ANSWERS_MS = 1_000

/**
 * Builds one instance from its parts and starts listening. Kafka need not be there: the instance gets ready by itself.
 * Rejects, and leaves nothing behind, when it cannot listen.
 */
export async function startGateway(config: Config, logger: Logger): Promise<Gateway> {
  let life: 'serving' | 'draining' | 'closing' = 'serving'
  const events = new EventSummary(logger)
  const memory = new BufferMemory(config.BUFFER_MEMORY_BYTES)
  const backlogMemory = new BufferMemory((config.BUFFER_MEMORY_BYTES * config.BACKLOG_BUFFER_PERCENT) / 100, memory)
  const publisher = new KafkaPublisher({
    ...kafkaOptions(config),
    onClientLog: (level, message, fields) => events.note(level, `kafka client: ${message}`, fields),
    onTrouble: (what, error) => {
      metrics.kafkaTrouble(what)
      events.note('warn', `kafka ${what}: ${error.message}`)
    },
  })
  const accumulator = new Accumulator({
    publisher,
    partitions: config.KAFKA_PARTITIONS,
    limits: {
      maxBatchRecords: config.MAX_BATCH_RECORDS,
      maxBatchBytes: config.MAX_BATCH_BYTES,
      lingerMs: config.LINGER_MS,
      stallAfterMs: config.STALL_AFTER_MS,
    },
    deliveryTimeoutMs: config.DELIVERY_TIMEOUT_MS,
  })

  const readiness = () => {
    const reasons = [...publisher.reasons]
    if (accumulator.isStuck) reasons.push('no broker answers')
    if (life !== 'serving') reasons.push('draining')
    return { ready: reasons.length === 0, reasons }
  }
  const metrics = createMetrics({
    pendingRecords: () => accumulator.pendingRecords,
    bufferedBytes: () => memory.usedBytes,
    bufferCapacityBytes: memory.capacityBytes,
    stalledPartitions: () => accumulator.stalledLanes,
    isReady: () => readiness().ready,
  })
  const { ingest, ingestBacklog, reader } = createFlows(config, accumulator, (error) =>
    events.note('error', `backlog ${error.message}`, whereOf(error.cause)),
  )
  const liveLimit = new LiveLimit({ maxQueueMs: config.MAX_QUEUE_MS, minimum: MIN_LIVE })
  const app = await buildApp(
    {
      ingest,
      ingestBacklog,
      readiness,
      isDraining: () => life !== 'serving',
      isRefusing: () => life === 'closing',
      admit: (sizeBytes) => memory.tryReserve(sizeBytes + REQUEST_OVERHEAD_BYTES),
      enterLive: () => liveLimit.enter(),
      admitBacklog: (sizeBytes) =>
        reader.hasRoom ? backlogMemory.tryReserve(sizeBytes + REQUEST_OVERHEAD_BYTES) : null,
      metrics: metrics.scrape,
      onAnswer: ({ status, slug, durationMs, identity, cause, backlog }) => {
        metrics.answered(status, slug ?? 'none', durationMs)
        if (backlog !== undefined) {
          metrics.backlog(backlog)
          events.note('info', 'backlogs answered', { ...backlog })
        } else if (slug === undefined) events.note('info', 'invoices acknowledged', { ...identity })
        else
          events.note(status === 500 ? 'error' : 'warn', `answered ${slug}`, { status, ...identity, ...whereOf(cause) })
      },
    },
    {
      maxInvoiceBytes: config.MAX_INVOICE_BYTES,
      maxBacklogBytes: config.BACKLOG_MAX_BYTES,
      maxCompressedBytes: config.BACKLOG_MAX_COMPRESSED_BYTES,
      maxConnections: config.MAX_CONNECTIONS,
      requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
      keepAliveTimeoutMs: config.KEEP_ALIVE_TIMEOUT_MS,
      connectionTimeoutMs: config.DELIVERY_TIMEOUT_MS + config.REQUEST_TIMEOUT_MS,
      logger: false,
      serveMetrics: config.METRICS_PORT === undefined,
    },
  )
  const requests = trackRequests(app)
  const listen = async () => {
    const url = await app.listen({ host: config.HOST, port: config.PORT })
    if (config.METRICS_PORT === undefined) return { url }
    const operations = { readiness, isDraining: () => life !== 'serving', metrics: metrics.scrape }
    const address = { host: config.HOST, port: config.METRICS_PORT }
    return { url, stopMetricsServer: await startMetricsServer(address, operations) }
  }
  const { url, stopMetricsServer } = await listen().catch(async (error) => {
    events.stop()
    await Promise.all([app.close(), reader.stop()])
    throw error
  })
  logger.info({ url }, 'listening')

  const ready = publisher.start().then(() => {
    if (life === 'closing') return
    accumulator.open()
    logger.info({ topic: config.KAFKA_TOPIC, partitions: config.KAFKA_PARTITIONS }, 'ready')
  })

  let stopped: Promise<void> | undefined
  const stop = async () => {
    const deadlineMs = performance.now() + config.SHUTDOWN_TIMEOUT_MS
    life = 'draining'
    logger.info({ pendingRecords: accumulator.pendingRecords }, 'draining')
    await sleep(config.DRAIN_DELAY_MS)
    life = 'closing'
    const remainingMs = () => Math.max(deadlineMs - LAST_ANSWERS_MS - performance.now(), 0)
    const closed = requests.close(remainingMs() + LAST_ANSWERS_MS / 2)
    const isClean = await accumulator.drain(remainingMs())
    await before(deadlineMs, Promise.all([closed, publisher.stop(), reader.stop(), stopMetricsServer?.()]))
    events.stop()
    logger.info({ isClean }, 'stopped')
  }
  return {
    url,
    ready,
    readiness,
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}

/** Resolves when `work` does, or at `deadlineMs` of the monotonic clock: a broker that hangs must not hold us up. */
async function before(deadlineMs: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController()
  const deadline = sleep(Math.max(deadlineMs - performance.now(), 0), undefined, { signal: done.signal })
  await Promise.race([work, deadline.catch(() => {})]).finally(() => done.abort())
}

/** Where a failure came from, without its message, which may quote what a till sent. */
function whereOf(cause: unknown): { error?: string; at?: string[] } {
  if (!(cause instanceof Error)) return {}
  const frames = cause.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  return { error: cause.name, at: frames.slice(0, 5).map((line) => line.trim()) }
}
