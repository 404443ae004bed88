/** One setting of the topic, and why it has this value. */
export interface Setting {
  readonly name: string
  readonly value: string
  readonly why: string
}

/** Kafka's own default, written down so that a cluster's default cannot lower it. */
const MAX_MESSAGE_BYTES = 1_048_588
const DAY_MS = 86_400_000

/** The settings of a topic that keeps the promise. `retentionDays`: how long an invoice stays at least. */
export function topicSettings(replicationFactor: number, retentionDays: number): Setting[] {
  return [
    {
      name: 'min.insync.replicas',
      value: String(Math.min(2, replicationFactor)),
      why: 'a 201 means two brokers have it; with 3 replicas one broker may be down and invoices still go in',
    },
    {
      name: 'unclean.leader.election.enable',
      value: 'false',
      why: 'a replica that lags may never lead: it would drop acknowledged invoices',
    },
    {
      name: 'cleanup.policy',
      value: 'delete',
      why: 'the key is the store: compaction would keep only its latest invoice',
    },
    {
      name: 'retention.ms',
      value: String(Math.round(retentionDays * DAY_MS)),
      why: `${retentionDays} days: how long a consumer may be down, and how far back audit can look`,
    },
    { name: 'retention.bytes', value: '-1', why: 'only time deletes, never a busy day' },
    {
      name: 'segment.ms',
      value: String(DAY_MS),
      why: 'retention deletes whole segments: with one a day an invoice stays at most a day longer',
    },
    {
      name: 'max.message.bytes',
      value: String(MAX_MESSAGE_BYTES),
      why: 'a batch of MAX_BATCH_BYTES (900,000) fits, and an invoice of MAX_INVOICE_BYTES (800,000) with its headers',
    },
    {
      name: 'compression.type',
      value: 'producer',
      why: 'brokers keep batches as KAFKA_COMPRESSION made them, and do not compress them again',
    },
    {
      name: 'message.timestamp.type',
      value: 'LogAppendTime',
      why: "retention and audit's times go by the brokers' clocks, not by each gateway's",
    },
  ]
}
