import type { ProducerBatch } from '../accumulator/producer-batch.ts'
import { within } from '../waiting.ts'
import { type ClientOptions, createClient, INNER_RETRY } from './client.ts'
import { type Delivery, PRODUCER_SETTINGS } from './delivery.ts'
import { guardAttempts } from './kafkajs/attempt-gate.ts'
import { attachEncodedRecords, type EncodedRecords } from './kafkajs/encoded-records.ts'
import type { Message, Producer } from './kafkajs/index.ts'
import { PRODUCED, type ProduceNotice } from './kafkajs/joint-produce.ts'
import { THROTTLED, type ThrottleNotice } from './kafkajs/throttling.ts'
import { fetchPartitionCount } from './topic-admin.ts'
import { otherPartitions } from './topic-shape.ts'
import { rootCause, wasNotAppended } from './verdict.ts'

/** How a producer publishes to one topic. All times in milliseconds. */
export interface SessionOptions extends ClientOptions {
  readonly topic: string
  readonly partitions: number
  readonly delivery: Delivery
  /** How long the leader waits for its in-sync replicas; less than `requestTimeoutMs`. */
  readonly ackTimeoutMs: number
  readonly metadataMaxAgeMs: number
  /** Called when a broker asks for a pause, and when it answers without one again. */
  readonly onThrottled?: ((notice: ThrottleNotice) => void) | undefined
  /** Called for each produce request that was answered. */
  readonly onProduced?: ((notice: ProduceNotice) => void) | undefined
}

/** How long `close` waits for answers to requests in flight, and then again for the connections to close. */
const CLOSE_TIMEOUT_MS = 2_000

/** SaslHandshake, ApiVersions, SaslAuthenticate: a broker answers these even to clients that it then turns away. */
const HANDSHAKE: ReadonlySet<number> = new Set([17, 18, 36])

/**
 * The result of one kafkajs call. `unnamed`: it resolved, but its answer does not say that the partition has the batch.
 */
export type SendResult =
  | { readonly kind: 'stored'; readonly baseOffset: bigint }
  | { readonly kind: 'unnamed' }
  | { readonly kind: 'failed'; readonly error: Error }

/** What the cluster reported last. */
interface Seen {
  partitions: number
  answerAtMs: number
}

/**
 * One kafkajs client with one producer: one producer id. It is opened once and closed once. A broken session is thrown
 * away and never reconnected, because kafkajs would keep its id and its sequences.
 */
export class ProducerSession {
  readonly #producer: Producer
  readonly #options: SessionOptions
  readonly #seen: Seen
  readonly #outstanding = new Set<Promise<unknown>>()
  readonly #storedRecords = new Map<number, number>()
  #isOpen = true

  private constructor(producer: Producer, options: SessionOptions, seen: Seen) {
    this.#producer = producer
    this.#options = options
    this.#seen = seen
  }

  /**
   * Resolves once the topic's partitions were counted and a producer id was obtained. Otherwise rejects and leaves
   * nothing behind.
   */
  static async open(options: SessionOptions): Promise<ProducerSession> {
    const client = createClient(options)
    const seen: Seen = {
      partitions: await fetchPartitionCount(client, options.topic),
      answerAtMs: performance.now(),
    }
    if (seen.partitions !== options.partitions) throw new PartitionMismatch(options, seen.partitions)
    const { idempotent, retries } = PRODUCER_SETTINGS[options.delivery]
    const producer = client.producer({
      idempotent,
      allowAutoTopicCreation: false,
      metadataMaxAge: options.metadataMaxAgeMs,
      retry: { ...INNER_RETRY, retries },
      createPartitioner:
        () =>
        ({ message, partitionMetadata }) => {
          seen.partitions = partitionMetadata.length
          return message.partition as number
        },
    })
    producer.on(producer.events.REQUEST, ({ payload: { apiKey } }) => {
      if (!HANDSHAKE.has(apiKey)) seen.answerAtMs = performance.now()
    })
    // A fault run may leave these changes out.
    if (THROTTLED in producer.events)
      producer.on(THROTTLED as never, ({ payload }: { payload: ThrottleNotice }) => options.onThrottled?.(payload))
    if (PRODUCED in producer.events)
      producer.on(PRODUCED as never, ({ payload }: { payload: ProduceNotice }) => options.onProduced?.(payload))
    try {
      await producer.connect()
    } catch (error) {
      await disconnect(producer)
      throw error
    }
    return new ProducerSession(producer, options, seen)
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** The number of partitions that the latest metadata lists for the topic. */
  get partitionsSeen(): number {
    return this.#seen.partitions
  }

  notePartitions(partitions: number): void {
    this.#seen.partitions = partitions
  }

  /** Monotonic time of the latest answer from any broker on this session. Answers to handshakes do not count. */
  get answerAtMs(): number {
    return this.#seen.answerAtMs
  }

  /** How many records of a partition were stored with this session's producer id. */
  storedRecords(partition: number): number {
    return this.#storedRecords.get(partition) ?? 0
  }

  /** One call of kafkajs: a few attempts to send the batch, with its `records` if they were encoded. Never rejects. */
  send(batch: ProducerBatch, records: EncodedRecords | null): Promise<SendResult> {
    const sending = this.#send(batch, records).finally(() => this.#outstanding.delete(sending))
    this.#outstanding.add(sending)
    return sending
  }

  async #send(batch: ProducerBatch, records: EncodedRecords | null): Promise<SendResult> {
    const { topic, ackTimeoutMs: timeout, delivery } = this.#options
    // The messages, and the guard on them, belong to this call alone: a call that was given up must not pass the gate
    // of its successor.
    const messages = messagesOf(batch)
    if (records !== null) attachEncodedRecords(messages, records)
    guardAttempts(messages, {
      mayAttempt: () => this.#isOpen && batch.beginAttempt(),
      onError: (answer) => {
        if (wasNotAppended(answer)) batch.attemptRefused()
      },
      onHeld: (ms) => batch.hold(ms),
    })
    try {
      const { acks } = PRODUCER_SETTINGS[delivery]
      const answer = await this.#producer.sendBatch({ acks, timeout, topicMessages: [{ topic, messages }] })
      for (const { topicName, partition, baseOffset } of answer) {
        if (topicName !== topic || partition !== batch.partition || baseOffset === undefined) continue
        if (BigInt(baseOffset) < 0n) continue
        this.#storedRecords.set(partition, this.storedRecords(partition) + messages.length)
        return { kind: 'stored', baseOffset: BigInt(baseOffset) }
      }
      return { kind: 'unnamed' }
    } catch (error) {
      return { kind: 'failed', error: rootCause(error) }
    }
  }

  /**
   * Begins no further attempt. Attempts in flight may still be answered; then, or after a time-out, the connections are
   * closed. In this order, because kafkajs opens new connections for a send that goes on.
   */
  async close(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    const ended = Promise.allSettled(this.#outstanding)
    await within(CLOSE_TIMEOUT_MS, ended)
    await disconnect(this.#producer)
    if (this.#outstanding.size > 0) void ended.then(() => disconnect(this.#producer))
  }
}

/** The messages of a batch as kafkajs wants them: the same bytes at every call. */
function messagesOf(batch: ProducerBatch): Message[] {
  return batch.records.map(({ key, value, headers, partition }) => ({ key, value, headers, partition }))
}

/** The topic has another number of partitions than this instance is configured for: the order per store would break. */
export class PartitionMismatch extends Error {
  constructor({ topic, partitions }: { topic: string; partitions: number }, found: number) {
    super(otherPartitions(topic, found, partitions))
    this.name = 'PartitionMismatch'
  }
}

async function disconnect(producer: Producer): Promise<void> {
  await within(CLOSE_TIMEOUT_MS, producer.disconnect()).catch(() => {}) // it is thrown away in any case
}
