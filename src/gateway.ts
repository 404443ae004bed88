import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Access } from './access.ts'
import { Accumulator } from './accumulator/accumulator.ts'
import type { AdminListener } from './admin/listener.ts'
import { BufferMemory } from './admission/buffer-memory.ts'
import { createBounds } from './bounds.ts'
import { kafkaOptions, LAST_ANSWERS_MS } from './config.ts'
import { readerOptions } from './config-reader.ts'
import type { Config } from './config-schema.ts'
import type { Console } from './console/console.ts'
import { compareContent } from './dedup/content.ts'
import { createFlows } from './gateway-flows.ts'
import { createGatewayMetrics } from './gateway-metrics.ts'
import { createSecurity } from './gateway-security.ts'
import { buildApp } from './http/app.ts'
import { trackRequests } from './http/close-server.ts'
import type { Answer } from './http/exchange.ts'
import { UnreadAnswers } from './http/unread-answers.ts'
import { Tally, tallied } from './ingest/tally.ts'
import { KafkaPublisher } from './kafka/kafka-publisher.ts'
import { loadCompression } from './kafka/kafkajs/compression.ts'
import { createKnownInvoices, type KnownInvoices } from './known-invoices.ts'
import { appOptions, type Listeners, openPorts } from './listeners.ts'
import { createAnswerLog, whereOf } from './observability/answers.ts'
import { watchEventLoop } from './observability/event-loop.ts'
import type { Metrics } from './observability/metrics.ts'
import { EventSummary } from './observability/summary.ts'
import { createThrottleLog } from './observability/throttle-log.ts'
import { both, createOperatorConsole } from './operator-console.ts'
import { plainMessage } from './system-problem.ts'
import { flushSpans } from './tracing/tracer.ts'
import { createTracing } from './tracing/tracing.ts'
import { UploadReader } from './uploads/upload-reader.ts'
import { within } from './waiting.ts'

/** A running instance. */
export interface Gateway {
  /** Where it listens for tills, e.g. `http://127.0.0.1:8080`. */
  readonly url: string
  /** Where it listens for its operator, e.g. `http://127.0.0.1:9464`. */
  readonly adminUrl: string
  /** Resolves when the instance publishes invoices for the first time, or is stopped before that. */
  readonly ready: Promise<void>
  /** Whether the instance may be sent invoices, and if not, why. */
  readiness(): Readiness
  /**
   * Is not ready from now on, but keeps serving for `DRAIN_DELAY_MS`. Then stops listening, waits for what is in
   * flight, and disconnects. After `SHUTDOWN_TIMEOUT_MS` it answers the rest `unknown` or `rejected` and closes. Its
   * operator can look at it until then.
   * Further calls change nothing. Resolves with whether all that was in flight got its outcome from Kafka.
   */
  stop(): Promise<boolean>
}

interface Readiness {
  readonly ready: boolean
  readonly reasons: readonly string[]
  /** What else an operator should know. */
  readonly warnings: readonly string[]
}

/**
 * Builds one instance from its parts and starts to listen. Kafka need not be up: the instance becomes ready by itself.
 * Rejects, and leaves nothing behind, when it cannot listen.
 */
export async function startGateway(config: Config, logger: Logger): Promise<Gateway> {
  const parts = await build(config, logger)
  const { url, admin } = await listen(parts)
  parts.known.start()
  logger.info({ url, adminUrl: admin.url }, 'listening')
  let stopped: Promise<boolean> | undefined
  return {
    url,
    adminUrl: admin.url,
    ready: openWhenConnected(parts),
    readiness: parts.readiness,
    stop: () => {
      stopped ??= stop(parts, admin)
      return stopped
    },
  }
}

interface Parts {
  readonly config: Config
  readonly logger: Logger
  /** `draining` from the signal to stop; `closing` once new invoices are refused, too. */
  readonly life: { phase: 'serving' | 'draining' | 'closing' }
  readonly events: EventSummary
  readonly metrics: Metrics
  readonly tally: Tally
  readonly publisher: KafkaPublisher
  readonly accumulator: Accumulator
  readonly known: KnownInvoices
  readonly reader: UploadReader
  readonly access: Access
  readonly app: Awaited<ReturnType<typeof buildApp>>
  readonly requests: ReturnType<typeof trackRequests>
  readonly readiness: () => Readiness
  readonly operatorConsole: Console
}

/** The whole composition: every part is made here, and given what it needs. */
async function build(config: Config, logger: Logger): Promise<Parts> {
  const compress = await loadCompression(config.KAFKA_COMPRESSION)
  const life: Parts['life'] = { phase: 'serving' }
  const events = new EventSummary(logger)
  const { tls, access } = await createSecurity(config, logger, events, () => metrics).catch((error: unknown) => {
    events.stop()
    throw error
  })
  const tracing = createTracing(config.KAFKA_TOPIC)
  if (tracing !== null) logger.info('traces: an OpenTelemetry SDK is loaded')
  const memory = new BufferMemory(config.BUFFER_MEMORY_BYTES)
  const publisher = new KafkaPublisher({
    ...kafkaOptions(config),
    compress,
    onClientLog: (level, message, fields) => events.note(level, `kafka client: ${message}`, fields),
    onTrouble: (what, error) => {
      metrics.kafkaTrouble(what)
      events.note('warn', `kafka ${what}: ${plainMessage(error)}`)
    },
    onAttemptFailed: tracing?.batches.attemptFailed,
    onProduced: (request) => metrics.produced(request),
    onThrottle: both(
      createThrottleLog(logger, () => metrics),
      (...pause) => operatorConsole.noteThrottle(...pause),
    ),
    onTopicChange: (change, text) => {
      metrics.topicChanged(change)
      events.note(change === 'right' ? 'info' : 'warn', `kafka ${text}`)
      accumulator.refuseWaiting()
      if (change === 'deleted' || change === 'recreated') known.topicChanged(change)
    },
  })
  const known = createKnownInvoices(config, events, (kind, by, identity) => {
    metrics.repeated(kind, by)
    if (kind === 'other') operatorConsole.noteConflict(identity)
  })
  const accumulator = new Accumulator({
    publisher: tracing?.batches.around(publisher) ?? publisher,
    onAcknowledged: known.note,
    onBatch: (batch) => metrics.batch(batch),
    compareContent,
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
    if (access.noKeys !== undefined) reasons.push(access.noKeys)
    if (life.phase !== 'serving') reasons.push('draining')
    return { ready: reasons.length === 0, reasons, warnings: publisher.warnings }
  }
  const unreadAnswers = new UnreadAnswers(() => events.note('warn', 'answer not read: connection closed'))
  const tally = new Tally()
  const longestBlock = watchEventLoop()
  const metrics: Metrics = createGatewayMetrics({
    ...{ tally, accumulator, memory, unreadAnswers, publisher, access, known, longestBlock },
    isReady: () => readiness().ready,
    workers: () => reader.workers,
  })
  const reader = createReader(config, events, metrics)
  const operatorConsole = createOperatorConsole(config, {
    ...{ readiness, accumulator, memory, unreadAnswers, reader, known, longestBlock },
  })
  const app = await buildApp(
    {
      ...tallied(createFlows(config, { accumulator, known, reader, access }), tally),
      journalStateOf: known.stateOf,
      ...createBounds(config, memory, reader),
      authenticate: access.authenticate,
      onDenied: access.onDenied,
      isReady: () => readiness().ready,
      isDraining: () => life.phase !== 'serving',
      isRefusing: () => life.phase === 'closing',
      unreadAnswers,
      startSpan: tracing?.startRequest,
      onAnswer: both(createAnswerLog(metrics, events), (answer: Answer) => operatorConsole.noteAnswer(answer)),
    },
    { ...appOptions(config, logger), tls },
  )
  const requests = trackRequests(app)
  return {
    ...{ config, logger, life, events, metrics, tally, publisher, accumulator, known, reader, access, app, requests },
    ...{ readiness, operatorConsole },
  }
}

function createReader(config: Config, events: EventSummary, metrics: Metrics): UploadReader {
  return new UploadReader({
    ...readerOptions(config),
    onHandOver: (kind) => metrics.handedOver(kind === 'invoice' ? kind : 'upload'),
    onTrouble: (error) => events.note('error', `upload ${error.message}`, whereOf(error.cause)),
  })
}

/** Opens both ports, or ends the parts and rejects. */
async function listen(parts: Parts): Promise<Listeners> {
  const { config, logger, app, metrics, readiness, operatorConsole } = parts
  try {
    return await openPorts(config, app, { readiness, metrics: metrics.scrape, console: operatorConsole }, logger)
  } catch (error) {
    parts.events.stop()
    parts.access.stop()
    await Promise.all([parts.requests.close(0), parts.reader.stop()])
    throw error
  }
}

/** Resolves when Kafka was reached and the accumulator takes records, or when the instance was stopped before that. */
async function openWhenConnected({ config, logger, life, publisher, accumulator, readiness }: Parts): Promise<void> {
  await publisher.start()
  if (life.phase === 'closing') return
  accumulator.open()
  const { ready, reasons } = readiness()
  const where = { topic: config.KAFKA_TOPIC, partitions: config.KAFKA_PARTITIONS }
  logger.info(ready ? where : { ...where, reasons }, ready ? 'ready' : 'connected, but not ready')
}

/** How long the end waits for a collector that takes no spans. */
const FLUSH_MS = 2_000

/** Drains, then stops: see `Gateway.stop`. */
async function stop(parts: Parts, admin: AdminListener): Promise<boolean> {
  const { config, logger, life, accumulator } = parts
  const deadlineMs = performance.now() + config.SHUTDOWN_TIMEOUT_MS
  const remainingMs = () => Math.max(deadlineMs - LAST_ANSWERS_MS - performance.now(), 0)
  life.phase = 'draining'
  logger.info({ pendingRecords: accumulator.pendingRecords }, 'draining')
  await sleep(config.DRAIN_DELAY_MS)

  life.phase = 'closing'
  const closed = parts.requests.close(remainingMs() + LAST_ANSWERS_MS / 2)
  const isClean = await accumulator.drain(remainingMs())
  const read = closed.then(() => parts.reader.stop()) // an upload that is still read is answered `draining`
  const ends = [read, parts.publisher.stop(), parts.known.stop()]
  await within(Math.max(deadlineMs - performance.now(), 0), Promise.all(ends)) // a broker that hangs must not delay this
  await flushSpans(Math.min(deadlineMs - performance.now(), FLUSH_MS))
  await admin.stop()
  parts.events.stop()
  parts.access.stop()
  logger.info({ isClean, invoices: parts.tally.balance }, 'stopped')
  return isClean
}
