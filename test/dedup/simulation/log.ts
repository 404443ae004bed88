import type { Output, OutputRecord, OutputTopic } from '../../../src/dedup/output.ts'
import type { Appended } from '../../../src/dedup/ownership.ts'
import { Fenced } from '../../../src/dedup/ownership.ts'

interface Transaction {
  state: 'open' | 'committed' | 'aborted'
}

/** A record or, without one, the marker that ends a transaction. */
interface Entry {
  readonly transaction: Transaction
  readonly record?: OutputRecord
}

export const TOPICS = ['unique', 'conflicts', 'journals'] as const

/**
 * One partition of the three topics and the coordinator of its transactional id, as Kafka behaves for a client that
 * speaks EndTxn version 1: an EndTxn request names no transaction, so it ends whichever is open when it arrives
 * (KAFKA-17754).
 */
export class SimulatedLog {
  readonly #entries: Record<OutputTopic, Entry[]> = { unique: [], conflicts: [], journals: [] }
  #epoch = 0
  #open: { transaction: Transaction; topics: Set<OutputTopic> } | undefined

  /** The epoch that was given out last. */
  get epoch(): number {
    return this.#epoch
  }

  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** Whether the open transaction has written to the topic, so that no reader of committed records gets to its end. */
  hides(topic: OutputTopic): boolean {
    return this.#open?.topics.has(topic) ?? false
  }

  /** All that is in it, as text: equal for equal logs only. */
  snapshot(): string {
    const text = ({ transaction: { state }, record }: Entry) =>
      `${state} ${record?.headers['pos-raw-offset'] ?? record?.value?.toString('latin1')}`
    return JSON.stringify([this.#epoch, this.#open?.topics.size, TOPICS.map((topic) => this.#entries[topic].map(text))])
  }

  /** InitProducerId: ends the transaction of the earlier owner, and fences it. Returns the new epoch. */
  fence(): number {
    this.#end('aborted')
    this.#epoch++
    return this.#epoch
  }

  /** The coordinator gives up waiting for EndTxn: it aborts the transaction and fences its owner. */
  timeOut(): void {
    if (this.#open !== undefined) this.fence()
  }

  /** AddPartitionsToTxn and Produce for some of the topics. */
  append(epoch: number, output: Output, topics: readonly OutputTopic[]): Appended[] {
    this.#assertCurrent(epoch)
    const written = topics.filter((topic) => output[topic].length > 0)
    if (written.length === 0) return []
    this.#open ??= { transaction: { state: 'open' }, topics: new Set() }
    const { transaction, topics: opened } = this.#open
    return written.map((topic) => {
      opened.add(topic)
      const baseOffset = this.#entries[topic].length
      for (const record of output[topic]) this.#entries[topic].push({ transaction, record })
      return { topic, baseOffset }
    })
  }

  /** EndTxn. Where no transaction is open, the broker takes it for a repetition of the one before. */
  commit(epoch: number): void {
    this.#assertCurrent(epoch)
    this.#end('committed')
  }

  /** The end of a topic: the offset after its last entry. */
  end(topic: OutputTopic): number {
    return this.#entries[topic].length
  }

  /** What a reader of committed records gets from an offset on, and up to where: not beyond an open transaction. */
  read(topic: OutputTopic, from: number): { records: OutputRecord[]; next: number } {
    const records: OutputRecord[] = []
    let next = from
    for (; next < this.#entries[topic].length; next++) {
      const { transaction, record } = this.#entries[topic][next] as Entry
      if (transaction.state === 'open') break
      if (transaction.state === 'committed' && record !== undefined) records.push(record)
    }
    return { records, next }
  }

  #assertCurrent(epoch: number): void {
    if (epoch !== this.#epoch) throw new Fenced()
  }

  #end(state: 'committed' | 'aborted'): void {
    if (this.#open === undefined) return
    const { transaction, topics } = this.#open
    transaction.state = state
    for (const topic of topics) this.#entries[topic].push({ transaction })
    this.#open = undefined
  }
}
