import { plainMessage } from '../system-problem.ts'
import { inTime } from '../waiting.ts'
import kafkajs, { type Admin, type Kafka, type KafkaConfig, type logCreator } from './kafkajs/index.ts'
import { type Login, saslOptions } from './login.ts'
import { type TlsFiles, tlsOptions } from './tls-options.ts'

/** How to reach a cluster. All times in milliseconds. */
export interface ClientOptions {
  /** Bootstrap addresses, `host:port`. */
  readonly brokers: readonly string[]
  readonly clientId: string
  /** Whether to use TLS, or with which files. */
  readonly ssl: boolean | TlsFiles
  readonly sasl: Login | undefined
  /** How long one request may take before its connection is closed. */
  readonly requestTimeoutMs: number
  readonly connectionTimeoutMs: number
  readonly onClientLog: OnClientLog
}

/** kafkajs's own retries: a few, quickly. The callers retry beyond that. */
export const INNER_RETRY = { retries: 3, initialRetryTime: 50, maxRetryTime: 1_000 }

/** Receives what kafkajs logs. `level` is already lowered: its errors are our retries. */
export type OnClientLog = (level: 'warn' | 'debug', message: string, fields: Record<string, unknown>) => void

/** A client of the cluster. It connects when it is first used. */
export function createClient(options: ClientOptions): Kafka {
  const { sasl, onClientLog } = options
  return new kafkajs.Kafka({
    brokers: [...options.brokers],
    clientId: options.clientId,
    ssl: tlsOptions(options.ssl) as NonNullable<KafkaConfig['ssl']>,
    ...(sasl === undefined ? {} : { sasl: saslOptions(sasl, onClientLog, options.requestTimeoutMs) }),
    connectionTimeout: options.connectionTimeoutMs,
    requestTimeout: options.requestTimeoutMs,
    retry: INNER_RETRY,
    logLevel: kafkajs.logLevel.WARN,
    logCreator: logTo(onClientLog),
  })
}

/** Connects an admin client for as long as `work` takes. Rejects with what connecting or `work` rejects with. */
export async function withAdmin<T>(client: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = client.admin()
  try {
    await admin.connect()
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

/**
 * Connects within the time-out, or rejects. kafkajs goes on connecting then, even after `disconnect`: what is connected too
 * late is disconnected again.
 */
export async function connectInTime(admin: Admin, timeoutMs: number): Promise<void> {
  const connecting = admin.connect()
  try {
    await inTime(timeoutMs, connecting)
  } catch (error) {
    const disconnect = () => admin.disconnect()
    void connecting.then(disconnect, disconnect).catch(() => {}) // it is thrown away in any case
    throw error
  }
}

/** CONCURRENT_TRANSACTIONS, as kafkajs words it: the answer of every coordinator while it ends the transaction before. */
const NOT_YET =
  'The producer attempted to update a transaction while another concurrent operation on the same transaction was ongoing'

/**
 * Hands every line of kafkajs's log to `onClientLog`. kafkajs logs an error for each failed attempt. Here those are
 * warnings, because the batch is retried; an answer that is part of ordinary work is no warning. Its advice against
 * limited retries is dropped: our own loop retries.
 */
function logTo(onClientLog: OnClientLog): logCreator {
  return () =>
    ({ level, namespace, log: { message, broker, error } }) => {
      if (message.startsWith('Limiting retries')) return
      const fields = { namespace, broker, error: typeof error === 'string' ? plainMessage(error) : error }
      const isWarning = level <= kafkajs.logLevel.WARN && error !== NOT_YET
      onClientLog(isWarning ? 'warn' : 'debug', plainMessage(message), fields)
    }
}
