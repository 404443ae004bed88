import type { Logger } from 'pino'
import { startAdminListener } from './admin/listener.ts'
import { kafkaOptions } from './config.ts'
import type { Config } from './config-schema.ts'
import { Fenced } from './dedup/ownership.ts'
import { Refusal } from './dedup/refusal.ts'
import { type RunWatcher, runPartition } from './dedup/run-partition.ts'
import { Standing } from './dedup/standing.ts'
import { loadCompression } from './kafka/kafkajs/compression.ts'
import { PartitionOwner } from './kafka/partition-owner.ts'
import { createDedupMetrics } from './observability/dedup-metrics.ts'
import { EventSummary } from './observability/summary.ts'
import { LATE, pause, within } from './waiting.ts'

export interface StageOptions {
  readonly partitions: readonly number[]
  readonly idleMs: number
  readonly maxRecords: number
}

/** A running stage. */
export interface Stage {
  /** Resolves when every partition has ended: after `stop`, or with the refusal that each of them ended with. */
  readonly ended: Promise<readonly Refusal[]>
  /** Where its operator finds metrics and readiness. */
  readonly adminUrl: string
  /** Lets each partition finish its transaction. Resolves after `SHUTDOWN_TIMEOUT_MS` at the latest. */
  stop(): Promise<void>
}

/** What one transaction takes of raw records and of journals: below `max.message.bytes` together with their framing. */
const MAX_BYTES = 900_000
/** A transaction takes some milliseconds. One that is left open hides what is behind it for so long. */
const TRANSACTION_TIMEOUT_MS = 10_000

/** Starts the loops of some partitions, and the operator's listener. Rejects if that cannot listen. */
export async function startStage(config: Config, options: StageOptions, logger: Logger): Promise<Stage> {
  const compress = await loadCompression(config.KAFKA_COMPRESSION)
  const events = new EventSummary(logger)
  const stopping = new AbortController()
  const standings = options.partitions.map((partition) => new Standing(partition, () => performance.now()))
  const reasons = () =>
    standings.flatMap(({ partition, reason }) => (reason ? [`partition ${partition}: ${reason}`] : []))
  const metrics = createDedupMetrics({
    partitions: () => standings.map(({ figures }) => figures),
    isReady: () => reasons().length === 0,
  })
  const { ADMIN_HOST: host, ADMIN_PORT: port, ADMIN_MAX_CONNECTIONS: maxConnections } = config
  const readiness = () => {
    const all = stopping.signal.aborted ? [...reasons(), 'draining'] : reasons()
    return { ready: all.length === 0, reasons: all }
  }
  const operations = { readiness, metrics: metrics.scrape, openapi: null }
  const admin = await startAdminListener(operations, { host, port, maxConnections, logger })

  const owner = {
    ...kafkaOptions(config),
    compress,
    transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
    onClientLog: (level: 'warn' | 'debug', message: string, fields: Record<string, unknown>) =>
      events.note(level, message, fields),
  }
  const rules = { idleMs: options.idleMs, maxRecords: options.maxRecords, maxBytes: MAX_BYTES }
  const running = standings.map(async (standing) => {
    const world = { open: () => PartitionOwner.open(owner, standing.partition), pause, random: Math.random }
    try {
      await runPartition(world, rules, watcherOf(standing, { events, metrics }), stopping.signal)
      return []
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      standing.lost(error.message)
      logger.error({ partition: standing.partition, error: error.message }, 'a partition cannot be judged any more')
      return [error]
    }
  })
  const ended = Promise.all(running).then((refusals) => refusals.flat())
  ended.catch(() => {}) // the caller sees it, perhaps later
  return {
    ended,
    adminUrl: admin.url,
    stop: async () => {
      stopping.abort()
      const result = await within(config.SHUTDOWN_TIMEOUT_MS, ended)
      if (result === LATE) logger.warn('stopped before every transaction had ended: the next owner will end them')
      await admin.stop()
      events.stop()
    },
  }
}

/** Keeps the standing of a partition, and tells of what happens to it. Never of an invoice's value. */
function watcherOf(
  standing: Standing,
  { events, metrics }: { events: EventSummary; metrics: ReturnType<typeof createDedupMetrics> },
): RunWatcher {
  const { partition } = standing
  return {
    restored: (state) => {
      standing.restored(state)
      events.note('info', 'partition restored', { partition, journals: state.journals, position: state.position.next })
    },
    fetched: (lag) => standing.fetched(lag),
    committed: ({ counts, changes }, state) => {
      standing.committed(state)
      metrics.transaction(counts)
      events.note('debug', 'transaction committed', { partition, position: changes.position.next })
      if (counts.foreign > 0) events.note('warn', 'records that are no invoices', { partition, number: counts.foreign })
    },
    lost: (error, pauseMs) => {
      standing.lost(error.message)
      metrics.lost(error instanceof Fenced ? 'fenced' : 'error')
      events.note('warn', 'partition lost', { partition, error: error.message, againInMs: Math.round(pauseMs) })
    },
  }
}
