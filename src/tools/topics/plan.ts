import { count } from '../terminal/count.ts'
import { UsageError } from '../terminal/input-errors.ts'
import { type BrokerLoad, busiestBroker, type ClusterLoad, fullestOf } from './broker-load.ts'
import { type Setting, topicSettings } from './settings.ts'
import { STAGE_TOPICS, type StageTopic, stageTopicSettings } from './stage-topics.ts'

/** What an operator knows. Rates are of a normal day; `peakFactor` is the busiest minute of the year over its mean. */
export interface PlanInput {
  readonly stores: number
  readonly invoicesPerDay: number
  readonly brokers: number
  readonly invoiceBytes: number
  readonly peakFactor: number
  readonly retentionDays: number
  /** Invoices a second planned for one gateway. */
  readonly gatewayRate: number
  readonly brokerCores: number
  /** What an invoice costs its leader and two followers together. */
  readonly brokerCpuMicroseconds: number
  /** Whether `tillgate dedup` runs, too: every invoice is then stored twice. */
  readonly dedup: boolean
}

/** What `tillgate dedup` needs. */
export interface DedupPlan {
  /** By the end of the topic's name. Each has as many partitions and replicas as the raw topic. */
  readonly topics: Readonly<Record<StageTopic, readonly Setting[]>>
  readonly processes: number
}

/** A topic and what it needs. Bytes and invoices are per second and at the peak unless their name says otherwise. */
export interface Plan {
  readonly input: PlanInput
  readonly partitions: number
  readonly partitionsPerBroker: number
  /** With this many brokers each still leads three partitions. */
  readonly brokersAtMost: number
  readonly replicationFactor: number
  readonly settings: readonly Setting[]
  readonly invoicesMean: number
  readonly invoicesAtPeak: number
  readonly recordBytes: number
  /** How full the fullest partition is likely to be, as a multiple of the mean: stores are spread by hash. */
  readonly fullestPartition: number
  readonly fullestPartitionAtPeak: number
  /** This and the next three are of the busiest broker, with one broker lost. */
  readonly networkInBytes: number
  /** With one consumer group that reads everything. */
  readonly networkOutBytes: number
  /** What one more consumer group adds to a broker's output. */
  readonly consumerGroupBytes: number
  readonly brokerCpuCores: number
  readonly diskUsedBytes: number
  readonly diskBytes: number
  readonly gateways: number
  /** Null without `tillgate dedup`. */
  readonly dedup: DedupPlan | null
}

/**
 * Invoices a second planned for one gateway, unless the operator knows better. A core is then less than half busy in
 * the dearest case: every invoice is its own request to Kafka (bench/RESULTS.md).
 */
export const GATEWAY_RATE = 1_000
/**
 * What an invoice costs the brokers together in the dearest case, alone in its batch. Measured on three brokers at 500
 * invoices/s (bench/RESULTS.md). Larger batches cost down to 100.
 */
export const BROKER_CPU_MICROSECONDS = 1_224
/** What the copy of an invoice costs the brokers besides: `tillgate dedup` writes large batches (bench/RESULTS.md). */
const DEDUP_CPU_MICROSECONDS = 100
/** Invoices a second planned for one process of `tillgate dedup`: half of what a core does (bench/RESULTS.md). */
export const DEDUP_RATE = 6_000
export const BROKER_CORES = 4
/** The rest of a broker's cores is for consumers, restarts and growth. */
export const BROKER_BUSY = 0.5
const PARTITIONS_PER_BROKER = { min: 3, max: 12 }
const REPLICATION_FACTOR = 3
/** Key, headers and framing of a record in the log; measured. */
export const RECORD_OVERHEAD_BYTES = 350
/** How full disks are on a normal day. The rest is for busy weeks and for copies while replicas move. */
export const DISK_FULL = 0.6
const STORES_PER_PARTITION = 4
const MAX_PARTITIONS = 10_000
const MAX_BROKERS = MAX_PARTITIONS / PARTITIONS_PER_BROKER.min
const SECONDS_A_DAY = 86_400
const MAX_INVOICES_PER_STORE = 100_000
/** What a broker on 1 Gbit/s carries with room to catch up after a restart. */
const MAX_BROKER_BYTES = 80_000_000
/** Far below one full batch of 500 in each round of a broker's partitions. */
const MAX_PARTITION_INVOICES = 2_000

/**
 * Plans the topic of an estate. Throws `UsageError` if the numbers cannot be meant, or the brokers cannot carry them.
 */
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
  const fullestPartition = fullestOf(partitions, stores)
  const fullestPartitionAtPeak = (invoicesAtPeak / partitions) * fullestPartition
  if (fullestPartitionAtPeak > MAX_PARTITION_INVOICES)
    throw new UsageError(
      `at the peak the fullest partition would get ${count(Math.round(fullestPartitionAtPeak))} invoices a second; ` +
        `more than ${count(MAX_PARTITION_INVOICES)} is too much for one: more brokers, and with them partitions`,
    )
  // Tillgate dedup is the one consumer group of the raw topic, and its copies have another one.
  const copies = input.dedup ? 2 : 1
  const load = {
    invoices: invoicesAtPeak,
    recordBytes: copies * recordBytes,
    stores,
    replicationFactor: REPLICATION_FACTOR,
    cpuMicroseconds: input.brokerCpuMicroseconds + (input.dedup ? DEDUP_CPU_MICROSECONDS : 0),
  }
  const busiest = withOneLost(load, brokers)
  const overload = overloadOf(busiest, input.brokerCores)
  if (overload !== null) {
    const needed = brokersFor(load, input)
    const more = needed === null ? '' : `--brokers ${needed} or more`
    const cores = overload.includes('cores') ? 'or --broker-cores' : ''
    throw new UsageError([overload, [more, cores].filter((text) => text !== '').join(', ')].join(': '))
  }

  const diskUsedBytes = (invoicesPerDay * load.recordBytes * REPLICATION_FACTOR * (retentionDays + 1)) / brokers
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
    networkInBytes: busiest.networkInBytes,
    networkOutBytes: busiest.networkOutBytes,
    consumerGroupBytes: busiest.consumerGroupBytes / copies,
    brokerCpuCores: busiest.cpuCores,
    diskUsedBytes,
    diskBytes: diskUsedBytes / DISK_FULL,
    gateways: Math.ceil(invoicesAtPeak / input.gatewayRate) + 1,
    dedup: input.dedup ? dedupPlan(invoicesAtPeak, retentionDays) : null,
  }
}

function dedupPlan(invoicesAtPeak: number, retentionDays: number): DedupPlan {
  const settings = STAGE_TOPICS.map((kind) => [kind, stageTopicSettings(kind, REPLICATION_FACTOR, retentionDays)])
  return { topics: Object.fromEntries(settings), processes: Math.ceil(invoicesAtPeak / DEDUP_RATE) }
}

function refuseNonsense({ stores, invoicesPerDay, brokers }: PlanInput): void {
  if (brokers < REPLICATION_FACTOR)
    throw new UsageError(
      `--brokers ${brokers}: the promise needs ${REPLICATION_FACTOR} brokers, so that an invoice is on two when one is lost`,
    )
  const perStore = invoicesPerDay / stores
  if (perStore > MAX_INVOICES_PER_STORE)
    throw new UsageError(
      `${count(Math.round(perStore))} invoices a store and day: more than ${count(MAX_INVOICES_PER_STORE)} cannot be meant; ` +
        'are --stores and --invoices-per-day right?',
    )
}

/**
 * The larger load of the two: with all brokers, or with one lost. With few brokers left an invoice has fewer replicas,
 * so losing one may even lower the load.
 */
function withOneLost(load: ClusterLoad, brokers: number): BrokerLoad {
  const [all, lost] = [busiestBroker(load, brokers), busiestBroker(load, brokers - 1)]
  return {
    networkInBytes: Math.max(all.networkInBytes, lost.networkInBytes),
    networkOutBytes: Math.max(all.networkOutBytes, lost.networkOutBytes),
    consumerGroupBytes: Math.max(all.consumerGroupBytes, lost.consumerGroupBytes),
    cpuCores: Math.max(all.cpuCores, lost.cpuCores),
  }
}

/** Why brokers cannot carry the peak with one of them lost; null when they can. */
function overloadOf({ networkInBytes, networkOutBytes, cpuCores }: BrokerLoad, cores: number): string | null {
  for (const [verb, bytes] of [
    ['send', networkOutBytes],
    ['receive', networkInBytes],
  ] as const)
    if (bytes > MAX_BROKER_BYTES)
      return (
        `at the peak with one broker lost each would ${verb} ${count(bytes / 1e6)} MB/s; more than ` +
        `${count(MAX_BROKER_BYTES / 1e6)} leaves no room to catch up`
      )
  if (cpuCores > cores * BROKER_BUSY)
    return (
      `at the peak with one broker lost each would need ${count(cpuCores)} cores; more than half of its ` +
      `${count(cores)} leaves too little for consumers, restarts and growth`
    )
  return null
}

/** The smallest number of brokers that can carry the load; null if no plan may have that many. */
function brokersFor(load: ClusterLoad, { brokers, brokerCores }: PlanInput): number | null {
  for (let more = brokers + 1; more <= MAX_BROKERS; more++)
    if (overloadOf(withOneLost(load, more), brokerCores) === null) return more
  return null
}
