import type { Output, OutputRecord, OutputTopic } from '../dedup/output.ts'
import { type Appended, Fenced, type Fetched, type Ownership } from '../dedup/ownership.ts'
import { Refusal } from '../dedup/refusal.ts'
import { inTime, within } from '../waiting.ts'
import { type ClientOptions, connectInTime, createClient } from './client.ts'
import type { Admin } from './kafkajs/index.ts'
import { clusterOf, type LentCluster } from './kafkajs/lent-cluster.ts'
import { boundsOf, readFrom } from './partition-reader.ts'
import { otherPartitions } from './topic-shape.ts'
import { TransactionalProducer, type TransactionSettings } from './transaction.ts'
import { codeOf, rootCause } from './verdict.ts'

export interface OwnerOptions extends ClientOptions, Omit<TransactionSettings, 'transactionalId'> {
  /** The raw topic. */
  readonly topic: string
  /** Of the raw topic, and of the three others. */
  readonly partitions: number
}

/** The topics that belong to a raw topic, by what they hold. */
export function stageTopics(topic: string): Readonly<Record<OutputTopic, string>> {
  return { unique: `${topic}.unique`, conflicts: `${topic}.conflicts`, journals: `${topic}.journals` }
}

/** Longer than any request may take with all that the client does to send it. */
const OPERATION_TIMEOUT_MS = 60_000
const CLOSE_TIMEOUT_MS = 2_000
/** INVALID_PRODUCER_EPOCH, PRODUCER_FENCED */
const FENCED: ReadonlySet<number | undefined> = new Set([47, 90])
const NOTE_EVERY_MS = 10_000
const MAX_SEQUENCE = 1_000_000_000

/** The ownership of one partition in Kafka: a client of its own, with one transactional producer. */
export class PartitionOwner implements Ownership {
  readonly #admin: Admin
  readonly #options: OwnerOptions
  readonly #partition: number
  readonly #topics: Readonly<Record<OutputTopic, string>>
  #producer: TransactionalProducer | undefined
  #notedAtMs = Number.NEGATIVE_INFINITY

  private constructor(options: OwnerOptions, partition: number) {
    this.#admin = createClient(options).admin()
    this.#options = options
    this.#partition = partition
    this.#topics = stageTopics(options.topic)
  }

  /** Connects, and fences every earlier owner of the partition. Rejects with nothing left behind. */
  static async open(options: OwnerOptions, partition: number): Promise<PartitionOwner> {
    const owner = new PartitionOwner(options, partition)
    try {
      await owner.#do(() => owner.#open())
      return owner
    } catch (error) {
      await owner.close()
      throw error
    }
  }

  async #open(): Promise<void> {
    const { topic, partitions } = this.#options
    await connectInTime(this.#admin, OPERATION_TIMEOUT_MS)
    const all = [topic, ...Object.values(this.#topics)]
    await this.#cluster.addMultipleTargetTopics(all)
    for (const name of all) {
      const found = this.#cluster.findTopicPartitionMetadata(name).length
      if (found !== partitions) throw new Refusal(otherPartitions(name, found, partitions))
    }
    const transactionalId = `tillgate-dedup.${topic}.${this.#partition}`
    this.#producer = await TransactionalProducer.open(this.#cluster, { ...this.#options, transactionalId })
  }

  get #cluster(): LentCluster {
    return clusterOf(this.#admin)
  }

  async restore(take: (key: Buffer | null, value: Buffer | null) => void): Promise<void> {
    await this.#readAll(this.#topics.journals, ({ key, value }) => {
      take(key, value)
      return true
    })
  }

  async hasUnique(): Promise<boolean> {
    let isFound = false
    const { startOffset } = await this.#do(() => boundsOf(this.#cluster, this.#at(this.#topics.unique)))
    await this.#readAll(this.#topics.unique, () => {
      isFound = true
      return false
    })
    return isFound || startOffset > 0
  }

  async fetch(offset: number): Promise<Fetched> {
    this.#noteForLagTools(offset)
    const at = this.#at(this.#options.topic)
    const read = await this.#do(() => readFrom(this.#cluster, at, offset))
    if (read === 'out-of-range') {
      const bounds = await this.#do(() => boundsOf(this.#cluster, at))
      const { startOffset, endOffset } = bounds
      if (startOffset <= offset && offset <= endOffset) throw new Error('the bounds of the raw topic have just moved')
      return { kind: 'out-of-range', ...bounds }
    }
    const records = read.records.map(({ offset, timestamp, key, value, headers }) => {
      return { offset: Number(offset), timestampMs: Number(timestamp), key, value, headers }
    })
    return { kind: 'records', ...read, records }
  }

  async append(output: Output): Promise<readonly Appended[]> {
    const producer = this.#opened
    if (producer.mostRecords > MAX_SEQUENCE) throw new Error('the producer has written all records that one may')
    const names = Object.keys(output) as OutputTopic[]
    const written = names.filter((name) => output[name].length > 0)
    const all = written.map((name) => ({ ...this.#at(this.#topics[name]), messages: output[name] as OutputRecord[] }))
    const answers = await this.#do(() => producer.append(all))
    return written.flatMap((topic) => {
      const answer = answers.find(({ topicName }) => topicName === this.#topics[topic])
      const part = answer?.partitions.find(({ partition }) => partition === this.#partition)
      return part === undefined ? [] : [{ topic, baseOffset: Number(part.baseOffset) }]
    })
  }

  async commit(): Promise<void> {
    const producer = this.#opened
    await this.#do(() => producer.commit())
  }

  async close(): Promise<void> {
    await within(CLOSE_TIMEOUT_MS, this.#admin.disconnect()).catch(() => {}) // it is thrown away in any case
  }

  /**
   * Commits the offset to the group `tillgate-dedup.TOPIC` now and then, so that tools which show the lag of consumer
   * groups show this one's. Nothing here reads it: positions are in `.journals`. What becomes of it does not matter.
   */
  #noteForLagTools(offset: number): void {
    if (performance.now() - this.#notedAtMs < NOTE_EVERY_MS) return
    this.#notedAtMs = performance.now()
    const { topic } = this.#options
    const group = { groupId: `tillgate-dedup.${topic}`, groupGenerationId: -1, memberId: '' }
    const topics = [{ topic, partitions: [{ partition: this.#partition, offset: String(offset) }] }]
    this.#cluster
      .findGroupCoordinator({ groupId: group.groupId, coordinatorType: 0 })
      .then((coordinator) => coordinator.offsetCommit({ ...group, topics }))
      .catch(() => {})
  }

  get #opened(): TransactionalProducer {
    if (this.#producer === undefined) throw new Error('the producer is not open')
    return this.#producer
  }

  #at(topic: string): { topic: string; partition: number } {
    return { topic, partition: this.#partition }
  }

  /** Hands on every committed record up to the end that the first fetch sees; `false` stops it. */
  async #readAll(
    topic: string,
    take: (record: { key: Buffer | null; value: Buffer | null }) => boolean,
  ): Promise<void> {
    let { startOffset: next, endOffset: end } = await this.#do(() => boundsOf(this.#cluster, this.#at(topic)))
    let lastProgressMs = performance.now()
    while (next < end) {
      const read = await this.#do(() => readFrom(this.#cluster, this.#at(topic), next))
      if (read === 'out-of-range') throw new Error(`records of ${topic} were deleted while they were read`)
      for (const record of read.records) if (!take(record)) return
      if (read.nextOffset > next) lastProgressMs = performance.now()
      else if (performance.now() - lastProgressMs > OPERATION_TIMEOUT_MS)
        throw new Error(`${topic}-${this.#partition} cannot be read beyond offset ${next}: is a transaction left open?`)
      next = read.nextOffset
    }
  }

  /** Does it within the time-out. Rejects with the broker's own error, or with `Fenced`. */
  async #do<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await inTime(OPERATION_TIMEOUT_MS, work())
    } catch (error) {
      throw FENCED.has(codeOf(error)) ? new Fenced() : rootCause(error)
    }
  }
}
