import { dirname, join } from 'node:path'
import type { KafkaCluster } from '../dev/kafka/cluster.ts'
import type { GatewayProcess } from '../test/harness/gateway-process.ts'
import { type Appended, appendedTo, growth, segmentSizes } from './log-batches.ts'
import { cpuSeconds, runLoad } from './processes.ts'
import { carried, tcpBytes } from './tcp-bytes.ts'

/** A topic, its gateways, and how many brokers it is on. */
export interface Stage {
  readonly topic: string
  readonly assignment: number[][]
  readonly gateways: readonly GatewayProcess[]
}

export interface Load {
  /** How many of the stage's gateways get the load, each from a generator of its own. */
  readonly gateways: number
  readonly connections: number
  readonly seconds: number
  /** Invoices a second for each gateway; undefined: as fast as the connections can. */
  readonly rate: number | undefined
}

/** What one load cost, per invoice unless the name says otherwise. Arrays of brokers are indexed by broker id. */
export interface Sample {
  readonly perSecond: number
  /** Of the slowest gateway, from the intended time. */
  readonly p50Ms: number
  /** Share of a core, all gateways together. */
  readonly gatewaysBusy: number
  /** Share of a core, brokers and load generators together. */
  readonly restBusy: number
  /** Microseconds of processor time of each gateway per invoice that it acknowledged itself. */
  readonly gatewayUs: readonly number[]
  /** Microseconds of processor time, minus what the broker takes without load. */
  readonly brokerUs: readonly number[]
  readonly brokerIn: readonly number[]
  readonly brokerOut: readonly number[]
  readonly brokerDisk: readonly number[]
  /** Records in a batch. A request holds the batches of all partitions that wait for the broker. */
  readonly batchRecords: number
  /** Of one copy in the log. */
  readonly logBytes: number
  readonly valueBytes: number
}

/** Processor time that each broker takes without load, in seconds a second. */
export type Idle = readonly number[]

/**
 * Puts the load on a stage and resolves with its cost. Rejects if the log did not gain exactly what was acknowledged.
 */
export async function sample(kafka: KafkaCluster, stage: Stage, load: Load, idle: Idle): Promise<Sample> {
  const { connections, seconds, rate } = load
  const gateways = stage.gateways.slice(0, load.gateways)
  const before = await look(kafka, stage.topic, gateways)
  const args = { kind: 'post', connections, seconds, ...(rate === undefined ? {} : { rate }) }
  const results = await Promise.all(gateways.map(({ url }) => runLoad(url, args)))
  const after = await look(kafka, stage.topic, gateways)

  const acknowledged = results.map(({ statuses }) => statuses['201'] ?? 0)
  const invoices = sumOf(acknowledged)
  const log = appended(kafka, stage, before)
  if (log.records !== invoices) throw new Error(`${invoices} acknowledged, but ${log.records} in the log`)

  const brokerCpu = after.brokers.map(({ cpu }, id) => cpu - before.brokers[id]!.cpu)
  const gatewayCpu = after.gateways.map((cpu, i) => cpu - before.gateways[i]!)
  const tookSeconds = (after.atMs - before.atMs) / 1_000
  const network = kafka.brokers.map(({ pid }) => carried(pid, before.tcp, after.tcp))
  return {
    perSecond: sumOf(results.map(({ acknowledged, seconds }) => acknowledged / seconds)),
    p50Ms: Math.max(...results.map(({ latency }) => latency.p50)),
    gatewaysBusy: sumOf(gatewayCpu) / seconds,
    restBusy: sumOf(brokerCpu) / seconds + sumOf(results.map(({ busy }) => busy)),
    gatewayUs: gatewayCpu.map((cpu, i) => (1e6 * cpu) / acknowledged[i]!),
    brokerUs: brokerCpu.map((cpu, id) => (1e6 * (cpu - idle[id]! * tookSeconds)) / invoices),
    brokerIn: network.map(({ received }) => received / invoices),
    brokerOut: network.map(({ sent }) => sent / invoices),
    brokerDisk: after.brokers.map(({ sizes }, id) => growth(before.brokers[id]!.sizes, sizes) / invoices),
    batchRecords: log.records / log.batches,
    logBytes: log.bytes / log.records,
    valueBytes: log.valueBytes / log.records,
  }
}

export function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}

async function look(kafka: KafkaCluster, topic: string, gateways: readonly GatewayProcess[]) {
  return {
    tcp: await tcpBytes(),
    atMs: performance.now(),
    brokers: kafka.brokers.map((broker) => ({
      cpu: cpuSeconds(broker.pid),
      sizes: segmentSizes(dataFolder(broker), topic),
    })),
    gateways: gateways.map(({ pid }) => cpuSeconds(pid)),
  }
}

/** What was appended at the partitions' preferred leaders since `before`. */
function appended(kafka: KafkaCluster, { topic, assignment }: Stage, before: Awaited<ReturnType<typeof look>>) {
  const sum: Appended = { batches: 0, records: 0, bytes: 0, valueBytes: 0 }
  for (const [partition, [leader]] of assignment.entries()) {
    const folder = join(dataFolder(kafka.brokers[leader!]!), `${topic}-${partition}`, '/')
    for (const file of segmentSizes(dataFolder(kafka.brokers[leader!]!), topic).keys()) {
      if (!file.startsWith(folder)) continue
      const more = appendedTo(file, before.brokers[leader!]!.sizes.get(file) ?? 0)
      for (const name of ['batches', 'records', 'bytes', 'valueBytes'] as const) sum[name] += more[name]
    }
  }
  return sum
}

function dataFolder({ logFile }: { logFile: string }): string {
  return join(dirname(logFile), 'data')
}
