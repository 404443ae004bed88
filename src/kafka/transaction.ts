import { setTimeout as sleep } from 'node:timers/promises'
import type { CompressRecords } from './kafkajs/compression.ts'
import { attachEncodedRecords } from './kafkajs/encoded-records.ts'
import type { ProduceResponse } from './kafkajs/internals.ts'
import type { LentBroker, LentCluster } from './kafkajs/lent-cluster.ts'
import { isPlainMessage } from './kafkajs/record-batch.ts'
import { leaderOf } from './partition-reader.ts'
import { codeOf } from './verdict.ts'

/** A record of a transaction, for one partition of a topic. */
export interface TransactionRecords {
  readonly topic: string
  readonly partition: number
  readonly messages: readonly { key: Buffer | null; value: Buffer | null; headers: Readonly<Record<string, unknown>> }[]
}

export interface TransactionSettings {
  readonly transactionalId: string
  /** After so long without EndTxn, the coordinator aborts the transaction and fences its owner. */
  readonly transactionTimeoutMs: number
  readonly ackTimeoutMs: number
  /** Compresses the batches; without it they go as they are. */
  readonly compress?: CompressRecords | null
}

/** COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, CONCURRENT_TRANSACTIONS */
const NOT_YET: ReadonlySet<number | undefined> = new Set([14, 15, 16, 51])
const CONCURRENT_TRANSACTIONS: ReadonlySet<number | undefined> = new Set([51])
const FENCING_TIMEOUT_MS = 30_000
/**
 * How long to wait until the markers of the transaction before are written. They take some milliseconds; waiting for
 * much longer would be most of what a transaction takes.
 */
const MARKERS_POLL_MS = 4
const MARKERS_TIMEOUT_MS = 10_000

/**
 * The transactions of one producer: one at a time, one request in flight to each broker. It asks nothing again that the
 * broker may have done: after any error throw it away. The only answers that it waits for are those that say "not yet".
 *
 * It is not kafkajs's own transaction: that retries a whole call while half of it is still in flight.
 */
export class TransactionalProducer {
  readonly #cluster: LentCluster
  readonly #settings: TransactionSettings
  readonly #producer: { transactionalId: string; producerId: string; producerEpoch: number }
  readonly #coordinatorId: string
  readonly #sequences = new Map<string, number>()

  private constructor(
    cluster: LentCluster,
    settings: TransactionSettings,
    producer: { coordinatorId: string; producerId: string; producerEpoch: number },
  ) {
    this.#cluster = cluster
    this.#coordinatorId = producer.coordinatorId
    this.#settings = settings
    const { producerId, producerEpoch } = producer
    this.#producer = { transactionalId: settings.transactionalId, producerId, producerEpoch }
  }

  /** Fences every producer with this transactional id. Resolves when the last transaction of one has ended. */
  static async open(cluster: LentCluster, settings: TransactionSettings): Promise<TransactionalProducer> {
    const { transactionalId, transactionTimeoutMs: transactionTimeout } = settings
    const producer = await whileRefused(NOT_YET, { pollMs: 20, timeoutMs: FENCING_TIMEOUT_MS }, async () => {
      const coordinator = await cluster.findGroupCoordinator({ groupId: transactionalId, coordinatorType: 1 })
      const { producerId, producerEpoch } = await coordinator.initProducerId({ transactionalId, transactionTimeout })
      return { coordinatorId: String(coordinator.nodeId), producerId, producerEpoch }
    })
    return new TransactionalProducer(cluster, settings, producer)
  }

  /** How many records the fullest partition has from this producer: sequence numbers must not reach 2^31. */
  get mostRecords(): number {
    return Math.max(0, ...this.#sequences.values())
  }

  /** Begins a transaction with these records. Resolves with what each partition was answered. */
  async append(given: readonly TransactionRecords[]): Promise<readonly ProduceResponse['topics'][number][]> {
    const all = await Promise.all(given.map((one) => this.#compressed(one)))
    const topics = all.map(({ topic, partition }) => ({ topic, partitions: [partition] }))
    const wait = { pollMs: MARKERS_POLL_MS, timeoutMs: MARKERS_TIMEOUT_MS }
    const coordinator = await this.#coordinator()
    await whileRefused(CONCURRENT_TRANSACTIONS, wait, () =>
      coordinator.addPartitionsToTxn({ ...this.#producer, topics }),
    )
    const byLeader = new Map<Awaited<ReturnType<typeof leaderOf>>, TransactionRecords[]>()
    for (const records of all) {
      const leader = await leaderOf(this.#cluster, records.topic, records.partition)
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), records])
    }
    const sending = Array.from(byLeader, async ([leader, records]) => {
      const topicData = records.map((one) => ({ topic: one.topic, partitions: [this.#partitionOf(one)] }))
      return await leader.produce({ ...this.#producer, acks: -1, timeout: this.#settings.ackTimeoutMs, topicData })
    })
    // All of them, so that nothing is in flight any more when one fails.
    const sent = await Promise.allSettled(sending)
    for (const result of sent) if (result.status === 'rejected') throw result.reason
    return sent.flatMap((result) => (result.status === 'fulfilled' ? result.value.topics : []))
  }

  /** Commits. To be asked once: an answer that got lost may still be a commit that takes place later. */
  async commit(): Promise<void> {
    const coordinator = await this.#coordinator()
    await coordinator.endTxn({ ...this.#producer, transactionResult: true })
  }

  /** Found once: if it moves, the next request fails, and so ends this producer. */
  #coordinator(): Promise<LentBroker> {
    return this.#cluster.findBroker({ nodeId: this.#coordinatorId })
  }

  /** The same records, with what they are compressed to. */
  async #compressed(records: TransactionRecords): Promise<TransactionRecords> {
    const { compress } = this.#settings
    if (!compress || !records.messages.every(isPlainMessage)) return records
    const messages = records.messages.map((message) => ({ ...message }))
    attachEncodedRecords(messages, await compress(records.messages))
    return { ...records, messages }
  }

  #partitionOf({ topic, partition, messages }: TransactionRecords) {
    const name = `${topic}-${partition}`
    const firstSequence = this.#sequences.get(name) ?? 0
    this.#sequences.set(name, firstSequence + messages.length)
    return { partition, firstSequence, messages: [...messages] }
  }
}

/** Asks until the answer is another than these refusals, each of which says that nothing was done. */
async function whileRefused<T>(
  refusals: ReadonlySet<number | undefined>,
  { pollMs, timeoutMs }: { pollMs: number; timeoutMs: number },
  ask: () => Promise<T>,
): Promise<T> {
  const endMs = performance.now() + timeoutMs
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!refusals.has(codeOf(error)) || performance.now() > endMs) throw error
      await sleep(pollMs)
    }
  }
}
