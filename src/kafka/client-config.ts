import kafkajs, { type ISocketFactory, type KafkaConfig, type SASLOptions } from 'kafkajs'
import { clientLog, type OnClientLog } from './client-log.ts'
import { loadKafkajsInternals } from './kafkajs-internals.ts'

/** How to reach a cluster. All times in milliseconds. */
export interface ClientOptions {
  /** Bootstrap addresses, `host:port`. */
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly ssl: boolean
  readonly sasl:
    | {
        readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
        readonly username: string
        readonly password: string
      }
    | undefined
  /** How long one request may take before its connection is given up. */
  readonly requestTimeoutMs: number
  readonly connectionTimeoutMs: number
  readonly onClientLog: OnClientLog
}

/** kafkajs's own retries: a few, quickly. Whoever calls it goes on where they end. */
export const INNER_RETRY = { retries: 3, initialRetryTime: 50, maxRetryTime: 1_000 }

/** kafkajs's client settings for these options. */
export function clientConfig(options: ClientOptions): KafkaConfig {
  return {
    brokers: [...options.brokers],
    clientId: options.clientId,
    ssl: options.ssl,
    ...(options.sasl === undefined ? {} : { sasl: options.sasl as SASLOptions }),
    connectionTimeout: options.connectionTimeoutMs,
    requestTimeout: options.requestTimeoutMs,
    retry: INNER_RETRY,
    socketFactory: promptSocket(),
    logLevel: kafkajs.logLevel.WARN,
    logCreator: clientLog(options.onClientLog),
  }
}

/**
 * kafkajs's own sockets, which send at once what is written to them (`TCP_NODELAY`), as those of Java's client do.
 * Without it the end of a request may wait for the broker's kernel to acknowledge what was sent before, for 40 ms.
 */
function promptSocket(): ISocketFactory {
  const open = loadKafkajsInternals().socketFactory()
  return (address) => open(address).setNoDelay(true)
}
