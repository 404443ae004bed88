/** A topic as the cluster has it. */
export interface TopicDescription {
  /** Of this topic, and of no other of the same name. */
  readonly id: string
  readonly partitions: number
  /** How many replicas the partition with the fewest has. */
  readonly replicas: number
  /** Its `min.insync.replicas`; undefined if this login may not ask. */
  readonly minInSync: number | undefined
  /**
   * Whether its brokers ask for no more replicas in sync than a partition has, whatever `min.insync.replicas` is, as they
   * do since Apache Kafka 3.7.
   */
  readonly capsMinInSync: boolean
}

/** What happened to the topic since it was looked at before. `right`: nothing stands in the way of the gateway any more. */
export type TopicChange = 'deleted' | 'recreated' | 'partitions' | 'min-insync-replicas' | 'right'

/** Why nothing can be stored in a partition: the topic is gone, has no such partition, or can never acknowledge. */
export type TopicRefusal = 'topic-missing' | 'partition-missing' | 'too-few-replicas'

/**
 * What became of the topic, by comparing what the cluster says from time to time. No Kafka, no clock.
 *
 * - *reasons*: why the gateway is not ready.
 * - *warnings*: what an operator should know although invoices are stored: it is another topic than the one in which
 *   earlier receipts have their records, or asks for other in-sync replicas than before.
 */
export class TopicShape {
  readonly #topic: string
  readonly #partitions: number
  readonly #onChange: (change: TopicChange, text: string) => void
  /** Undefined until the first answer. */
  #now: TopicDescription | 'missing' | undefined
  /** The latest id, also while the topic is missing. */
  #id: string | undefined
  #firstMinInSync: number | undefined
  /** As far as this login may know it: the latest. */
  #minInSync: number | undefined
  #recreated: string | undefined

  constructor(topic: string, partitions: number, onChange: (change: TopicChange, text: string) => void) {
    this.#topic = topic
    this.#partitions = partitions
    this.#onChange = onChange
  }

  get reasons(): readonly string[] {
    if (this.#now === undefined) return []
    if (this.#now === 'missing') return [`topic ${this.#topic} is missing: it was deleted, or has never been`]
    const { partitions, replicas, minInSync } = this.#now
    const reasons: string[] = []
    if (partitions !== this.#partitions) reasons.push(otherPartitions(this.#topic, partitions, this.#partitions))
    if (wantsTooMany(this.#now))
      reasons.push(
        `min.insync.replicas of topic ${this.#topic} is ${minInSync}, but a partition has ${replicas} ` +
          `${replicas === 1 ? 'replica' : 'replicas'}: nothing can be stored`,
      )
    return reasons
  }

  get warnings(): readonly string[] {
    const warnings = this.#recreated === undefined ? [] : [this.#recreated]
    if (typeof this.#now !== 'object') return warnings
    const { minInSync } = this.#now
    const isOther = minInSync !== undefined && minInSync !== this.#firstMinInSync
    return isOther ? [...warnings, this.#inSyncText(minInSync)] : warnings
  }

  /** Undefined if the cluster has not said it, or the topic is missing. */
  get partitions(): number | undefined {
    return typeof this.#now === 'object' ? this.#now.partitions : undefined
  }

  refusalOf(partition: number): TopicRefusal | null {
    if (this.#now === undefined) return null
    if (this.#now === 'missing') return 'topic-missing'
    if (partition >= this.#now.partitions) return 'partition-missing'
    return wantsTooMany(this.#now) ? 'too-few-replicas' : null
  }

  /** The cluster has answered. `at`: when, for the text of a warning. */
  learn(now: TopicDescription | 'missing', at: Date): void {
    const [before, hadReasons] = [this.#now, this.reasons.length > 0]
    this.#now = now
    if (now === 'missing') {
      if (before !== 'missing') this.#onChange('deleted', this.reasons.join())
      return
    }
    const { id, partitions, minInSync } = now
    if (this.#id !== undefined && this.#id !== id) {
      this.#recreated =
        `topic ${this.#topic} is another one since ${at.toISOString()} or shortly before: it was deleted and created ` +
        'again. Earlier receipts name records that are gone'
      this.#onChange('recreated', this.#recreated)
    }
    this.#id = id
    const partitionsBefore = typeof before === 'object' ? before.partitions : this.#partitions
    if (partitions !== partitionsBefore)
      this.#onChange('partitions', otherPartitions(this.#topic, partitions, this.#partitions))
    if (minInSync !== undefined) {
      this.#firstMinInSync ??= minInSync
      if (minInSync !== (this.#minInSync ?? minInSync))
        this.#onChange('min-insync-replicas', this.#inSyncText(minInSync))
      this.#minInSync = minInSync
    }
    if (hadReasons && this.reasons.length === 0) this.#onChange('right', `topic ${this.#topic} is right again`)
  }

  #inSyncText(minInSync: number): string {
    return `min.insync.replicas of topic ${this.#topic} is ${minInSync}; it was ${this.#firstMinInSync} at first`
  }
}

/** Says that a topic has another number of partitions than it must. */
export function otherPartitions(topic: string, found: number, partitions: number): string {
  return `topic ${topic} has ${found} partitions, KAFKA_PARTITIONS is ${partitions}`
}

function wantsTooMany({ replicas, minInSync = 0, capsMinInSync }: TopicDescription): boolean {
  return minInSync > replicas && !capsMinInSync
}
