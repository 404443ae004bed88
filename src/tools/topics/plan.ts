import { count } from '../terminal/count.ts'
import { UsageError } from '../terminal/flags.ts'
import { type Setting, topicSettings } from './settings.ts'

/** What an operator knows. Rates are of a normal day; `peakFactor` is the busiest minute of the year over its mean. */
export interface PlanInput {
  readonly stores: number
  readonly invoicesPerDay: number
  readonly brokers: number
  readonly invoiceBytes: number
  readonly peakFactor: number
  readonly retentionDays: number
  /** What one gateway is trusted with, invoices a second. */
  readonly gatewayRate: number
}

/** A topic and what it needs. Bytes and invoices are per second and at the peak unless their name says otherwise. */
export interface Plan {
  readonly input: PlanInput
  readonly partitions: number
  readonly partitionsPerBroker: number
  /** With so many brokers each still leads three partitions. */
  readonly brokersAtMost: number
  readonly replicationFactor: number
  readonly settings: readonly Setting[]
  readonly invoicesMean: number
  readonly invoicesAtPeak: number
  readonly recordBytes: number
  /** How full the fullest partition is likely to be, of the mean: stores are spread by hash. */
  readonly fullestPartition: number
  readonly fullestPartitionAtPeak: number
  readonly networkInBytes: number
  /** With one broker lost, and one consumer group that reads everything. */
  readonly networkOutBytes: number
  /** What one more consumer group adds to a broker's output. */
  readonly consumerGroupBytes: number
  readonly diskUsedBytes: number
  readonly diskBytes: number
  readonly gateways: number
}

/**
 * What one gateway is trusted with unless the operator knows better, invoices a second: a core less than half busy where
 * every invoice is a request to Kafka of its own, which costs most (bench/RESULTS.md).
 */
export const GATEWAY_RATE = 1_000
export const PARTITIONS_PER_BROKER = { min: 3, max: 12 }
export const REPLICATION_FACTOR = 3
/** Key, headers and framing of a record in the log; measured. */
export const RECORD_OVERHEAD_BYTES = 350
/** Disks are planned to be so full on a normal day: the rest is for busy weeks and for copies while replicas move. */
export const DISK_FULL = 0.6
const STORES_PER_PARTITION = 4
const MAX_PARTITIONS = 10_000
const SECONDS_A_DAY = 86_400
const MAX_INVOICES_PER_STORE = 100_000
/** What a broker on 1 Gbit/s carries with room to catch up after a restart. */
const MAX_BROKER_BYTES = 80_000_000
/** Far below a full batch of 500 each time that all of a broker's partitions had their turn. */
const MAX_PARTITION_INVOICES = 2_000

/** Plans the topic of an estate. Throws `UsageError` where the numbers contradict each other or no plan can be signed. */
export function planTopic(input: PlanInput): Plan {
  const { stores, invoicesPerDay, brokers, retentionDays } = input
  refuseNonsense(input)
  const { min, max } = PARTITIONS_PER_BROKER
  const partitionsPerBroker = Math.min(max, Math.max(min, Math.floor(stores / brokers / STORES_PER_PARTITION)))
  const partitions = partitionsPerBroker * brokers
  if (partitions > MAX_PARTITIONS)
    throw new UsageError(`--brokers ${count(brokers)}: a gateway takes ${count(MAX_PARTITIONS)} partitions at the most`)

  const invoicesMean = invoicesPerDay / SECONDS_A_DAY
  const invoicesAtPeak = invoicesMean * input.peakFactor
  const recordBytes = input.invoiceBytes + RECORD_OVERHEAD_BYTES
  const bytesAtPeak = invoicesAtPeak * recordBytes
  const networkInBytes = (bytesAtPeak * REPLICATION_FACTOR) / brokers
  const networkOutBytes = (bytesAtPeak * REPLICATION_FACTOR) / (brokers - 1)
  const storesPerPartition = stores / partitions
  const fullestPartition = 1 + Math.sqrt((2 * Math.log(partitions)) / storesPerPartition)
  const fullestPartitionAtPeak = (invoicesAtPeak / partitions) * fullestPartition
  refuseOverload({ bytesAtPeak, networkOutBytes, fullestPartitionAtPeak })

  const diskUsedBytes = (invoicesPerDay * recordBytes * REPLICATION_FACTOR * (retentionDays + 1)) / brokers
  return {
    input,
    partitions,
    partitionsPerBroker,
    brokersAtMost: Math.floor(partitions / min),
    replicationFactor: REPLICATION_FACTOR,
    settings: topicSettings(REPLICATION_FACTOR, retentionDays),
    invoicesMean,
    invoicesAtPeak,
    recordBytes,
    fullestPartition,
    fullestPartitionAtPeak,
    networkInBytes,
    networkOutBytes,
    consumerGroupBytes: bytesAtPeak / (brokers - 1),
    diskUsedBytes,
    diskBytes: diskUsedBytes / DISK_FULL,
    gateways: Math.ceil(invoicesAtPeak / input.gatewayRate) + 1,
  }
}

function refuseNonsense({ stores, invoicesPerDay, brokers }: PlanInput): void {
  if (brokers < REPLICATION_FACTOR)
    throw new UsageError(
      `--brokers ${brokers}: the promise needs ${REPLICATION_FACTOR} brokers, so that an invoice is on two when one is lost`,
    )
  if (stores < brokers * PARTITIONS_PER_BROKER.min)
    throw new UsageError(
      `--stores ${count(stores)}: too few for ${count(brokers)} brokers; a store is in one partition, and each broker ` +
        `should lead ${PARTITIONS_PER_BROKER.min}: plan ${count(Math.max(3, Math.floor(stores / 3)))} brokers`,
    )
  const perStore = invoicesPerDay / stores
  if (perStore > MAX_INVOICES_PER_STORE)
    throw new UsageError(
      `${count(Math.round(perStore))} invoices a store and day: more than ${count(MAX_INVOICES_PER_STORE)} cannot be meant; ` +
        'are --stores and --invoices-per-day right?',
    )
}

function refuseOverload(at: { bytesAtPeak: number; networkOutBytes: number; fullestPartitionAtPeak: number }): void {
  if (at.networkOutBytes > MAX_BROKER_BYTES) {
    const needed = Math.ceil((at.bytesAtPeak * REPLICATION_FACTOR) / MAX_BROKER_BYTES) + 1
    throw new UsageError(
      `at the peak each broker would send ${count(at.networkOutBytes / 1e6)} MB/s; more than ` +
        `${count(MAX_BROKER_BYTES / 1e6)} leaves no room to catch up: --brokers ${needed} or more`,
    )
  }
  if (at.fullestPartitionAtPeak > MAX_PARTITION_INVOICES)
    throw new UsageError(
      `at the peak the fullest partition would get ${count(Math.round(at.fullestPartitionAtPeak))} invoices a second; ` +
        `more than ${count(MAX_PARTITION_INVOICES)} is too much for one: more brokers, and with them partitions`,
    )
}
