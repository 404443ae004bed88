import kafkajs, { type KafkaConfig, type Message, type Producer, type SASLOptions } from 'kafkajs'
import type { ProducerBatch } from '../accumulator/producer-batch.ts'
import { guardAttempts } from './attempt-gate.ts'
import { clientLog, type OnClientLog } from './client-log.ts'
import { fetchPartitionCount } from './topics.ts'

/** How to reach the cluster and what is promised there. All times in milliseconds. */
export interface SessionOptions {
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
  readonly topic: string
  readonly partitions: number
  /** How long one request may take before its connection is given up. Longer than `ackTimeoutMs`. */
  readonly requestTimeoutMs: number
  /** How long the leader waits for its in-sync replicas. */
  readonly ackTimeoutMs: number
  readonly connectionTimeoutMs: number
  readonly metadataMaxAgeMs: number
  readonly onClientLog: OnClientLog
}

const INNER_RETRY = { retries: 3, initialRetryTime: 50, maxRetryTime: 1_000 }
/** How long closing waits for the answers under way, and again for the connections to close. */
const CLOSE_TIMEOUT_MS = 2_000

/** What the cluster told last. */
interface Seen {
  partitions: number
  answerAtMs: number
}

/**
 * One kafkajs client with one idempotent producer: one producer id. It is opened once and closed once; a broken one is
 * thrown away, never reconnected, because kafkajs would keep its id and its sequences.
 */
export class ProducerSession {
  readonly #producer: Producer
  readonly #options: SessionOptions
  readonly #seen: Seen
  readonly #outstanding = new Set<Promise<unknown>>()
  #isOpen = true

  private constructor(producer: Producer, options: SessionOptions, seen: Seen) {
    this.#producer = producer
    this.#options = options
    this.#seen = seen
  }

  /**
   * Resolves when the topic's partitions were counted and a producer id was obtained; otherwise rejects and leaves
   * nothing behind.
   */
  static async open(options: SessionOptions): Promise<ProducerSession> {
    const client = new kafkajs.Kafka(clientConfig(options))
    const seen: Seen = { partitions: await fetchPartitionCount(client, options.topic), answerAtMs: performance.now() }
    if (seen.partitions !== options.partitions) throw new PartitionMismatch(options, seen.partitions)
    const producer = client.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      metadataMaxAge: options.metadataMaxAgeMs,
      retry: INNER_RETRY,
      createPartitioner:
        () =>
        ({ message, partitionMetadata }) => {
          seen.partitions = partitionMetadata.length
          return message.partition as number
        },
    })
    producer.on(producer.events.REQUEST, () => {
      seen.answerAtMs = performance.now()
    })
    try {
      await producer.connect()
    } catch (error) {
      await disconnect(producer)
      throw error
    }
    return new ProducerSession(producer, options, seen)
  }

  /** The number of partitions that the latest metadata lists for the topic. */
  get partitionsSeen(): number {
    return this.#seen.partitions
  }

  /** Monotonic time of the latest answer of any broker on this session. */
  get answerAtMs(): number {
    return this.#seen.answerAtMs
  }

  /**
   * One call of kafkajs: a few attempts to send the batch. Resolves with the base offset, or with `null` when the
   * answer does not say that the partition has the batch. Rejects with kafkajs's error.
   */
  async send(batch: ProducerBatch, messages: Message[]): Promise<bigint | null> {
    const { topic, ackTimeoutMs: timeout } = this.#options
    guardAttempts(messages, () => this.#isOpen && batch.beginAttempt())
    const sending = this.#producer.sendBatch({ acks: -1, timeout, topicMessages: [{ topic, messages }] })
    this.#outstanding.add(sending)
    const answer = await sending.finally(() => this.#outstanding.delete(sending))
    for (const { topicName, partition, baseOffset } of answer) {
      if (topicName !== topic || partition !== batch.partition || baseOffset === undefined) continue
      const offset = BigInt(baseOffset)
      if (offset >= 0n) return offset
    }
    return null
  }

  /**
   * From now on no attempt begins. Attempts under way may still be answered; then, or after a while, the connections
   * are closed. In this order, because kafkajs opens new ones for a send that goes on.
   */
  async close(): Promise<void> {
    this.#isOpen = false
    await within(CLOSE_TIMEOUT_MS, Promise.allSettled(this.#outstanding))
    await disconnect(this.#producer)
  }
}

/** The messages of a batch as kafkajs wants them; made once, so that every attempt sends the same objects. */
export function messagesOf(batch: ProducerBatch): Message[] {
  return batch.records.map(({ key, value, headers, partition }) => ({ key, value, headers, partition }))
}

/** The topic does not have the partitions that this instance was configured for: order per store would break. */
export class PartitionMismatch extends Error {
  constructor({ topic, partitions }: { topic: string; partitions: number }, found: number) {
    super(`topic ${topic} has ${found} partitions, KAFKA_PARTITIONS is ${partitions}`)
    this.name = 'PartitionMismatch'
  }
}

/** kafkajs's client settings for these options. */
export function clientConfig(options: Omit<SessionOptions, 'topic' | 'partitions' | 'ackTimeoutMs'>): KafkaConfig {
  return {
    brokers: [...options.brokers],
    clientId: options.clientId,
    ssl: options.ssl,
    ...(options.sasl === undefined ? {} : { sasl: options.sasl as SASLOptions }),
    connectionTimeout: options.connectionTimeoutMs,
    requestTimeout: options.requestTimeoutMs,
    retry: INNER_RETRY,
    logLevel: kafkajs.logLevel.WARN,
    logCreator: clientLog(options.onClientLog),
  }
}

function disconnect(producer: Producer): Promise<void> {
  return within(
    CLOSE_TIMEOUT_MS,
    producer.disconnect().catch(() => {}),
  )
}

/** Resolves when `work` does, or after `timeoutMs`. */
async function within(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  await Promise.race([work, deadline])
  clearTimeout(timer)
}
