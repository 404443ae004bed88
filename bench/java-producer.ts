import { provideRuntime } from '../dev/kafka/runtime.ts'
import { CORES, runDependent } from './processes.ts'

/** The figures of Kafka's own producer performance tool, without its warm-up. */
export interface JavaResult {
  readonly recordsPerSecond: number
  /** Milliseconds until the leader had the acknowledgement of every in-sync replica. */
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

export interface JavaLoad {
  readonly bootstrap: string[]
  readonly topic: string
  readonly records: number
  readonly recordBytes: number
  /** Records a second. Default: as fast as it can. */
  readonly rate?: number
  /** Default: the tool's own. */
  readonly lingerMs?: number
}

/** Runs `kafka-producer-perf-test` on the measured core: idempotent, acks=all. */
export async function runJavaProducer(load: JavaLoad): Promise<JavaResult> {
  const { java, jars } = await provideRuntime({ env: process.env, onProgress: () => {} })
  const linger = load.lingerMs === undefined ? [] : [`linger.ms=${load.lingerMs}`]
  const args = [
    ...['-c', CORES.measured, java.command, '-Xmx512m', '-cp', jars.join(':')],
    'org.apache.kafka.tools.ProducerPerformance',
    ...['--topic', load.topic, '--record-size', String(load.recordBytes), '--throughput', String(load.rate ?? -1)],
    ...['--num-records', String(load.records), '--warmup-records', String(Math.floor(load.records / 3))],
    ...['--bootstrap-server', load.bootstrap.join(',')],
    ...['--command-property', 'acks=all', 'enable.idempotence=true', ...linger],
  ]
  const { out, errors } = await runDependent('taskset', args)
  const last = out.trimEnd().split('\n').at(-1) ?? ''
  const found = /([\d.]+) records\/sec.* ([\d.]+) ms 50th, .* ([\d.]+) ms 99th, ([\d.]+) ms 99.9th/.exec(last)
  if (found === null) throw new Error(`no result of the producer performance tool: ${last} ${errors}`)
  const [recordsPerSecond, p50, p99, p999] = found.slice(1).map(Number) as [number, number, number, number]
  return { recordsPerSecond, p50, p99, p999 }
}
