/**
 * `npm run bench:scale -- [--rounds 5] [--seconds 8] [--rate 500]`: what an invoice costs each gateway and each broker,
 * with one and two gateways, on one broker and on three, at a fixed rate to each gateway and at all that they take.
 * Prints, as the tables of bench/RESULTS.md, processor time from /proc, bytes of the brokers' connections from the
 * kernel and record batches from the brokers' segments, and whether the cost rises with the gateways or the brokers.
 *
 * All gateways share one core; brokers and load share the other. So two gateways cannot take more than one, but each
 * must take an invoice at the same cost as one alone. "One broker" is a topic on one of the three. A third topic is led
 * by a single broker, which separates a leader's cost from a follower's.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startKafka } from '../dev/kafka/cluster.ts'
import { CORES, cpuSeconds, pin, startPinnedGateway } from './processes.ts'
import { markdown, type Row } from './scale-report.ts'
import { type Load, type Sample, type Stage, sample } from './scale-sample.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '8' },
    rate: { type: 'string', default: '500' },
  },
})
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)
const rate = Number(values.rate)
const IDLE_SECONDS = 5
/** As in `tillgate topics plan`. */
const PARTITIONS_PER_BROKER = 12
/**
 * The same for each partition, because it determines the size of batches: half of them wait while half are in flight.
 */
const CONNECTIONS_PER_PARTITION = 7

const kafka = await startKafka({
  brokers: 3,
  // a broker that waits for a busy core is not down
  brokerConfig: { 'broker.session.timeout.ms': '30000' },
})
try {
  for (const broker of kafka.brokers) await pin(broker.pid, CORES.rest)
  const onThree = (replicas: (partition: number) => number[]) =>
    Array.from({ length: 3 * PARTITIONS_PER_BROKER }, (_, partition) => replicas(partition))
  const stages = {
    'one broker': await startStage('one', Array(PARTITIONS_PER_BROKER).fill([0]), 2),
    'three brokers': await startStage(
      'three',
      onThree((partition) => [0, 1, 2].map((i) => (partition + i) % 3)),
      2,
    ),
    'three, broker 0 leads': await startStage(
      'led',
      onThree(() => [0, 1, 2]),
      1,
    ),
  }
  const row = (on: keyof typeof stages, gateways: number, rate: number | undefined): Row & { load: Load } => ({
    on,
    samples: [],
    load: { gateways, connections: CONNECTIONS_PER_PARTITION * stages[on].assignment.length, seconds, rate },
  })
  const rows = ([rate, undefined] as const).flatMap((rate) => [
    row('one broker', 1, rate),
    row('one broker', 2, rate),
    row('three brokers', 1, rate),
    row('three brokers', 2, rate),
  ])
  rows.push(row('three brokers', 1, 4 * rate), row('three, broker 0 leads', 1, 4 * rate))

  const run = async ({ on, load }: (typeof rows)[number], idle: number[], round = 0): Promise<Sample> => {
    const stage = stages[on as keyof typeof stages]
    // in turns, so that neither gateway has been used more than the other
    const gateways = round % 2 === 0 ? stage.gateways : stage.gateways.toReversed()
    const result = await sample(kafka, { ...stage, gateways }, load, idle)
    const us = result.gatewayUs.map((us) => us.toFixed(0)).join(' / ')
    console.error(
      `${on}, ${load.gateways} x ${load.rate ?? 'all'}: ${Math.round(result.perSecond)}/s, gateways ${us} us`,
    )
    return result
  }
  for (const it of rows) if (it.load.rate === undefined) await run(it, [0, 0, 0]) // warm-up
  await run(rows.at(-1)!, [0, 0, 0])
  const idles: number[][] = []
  for (let round = 0; round < rounds; round++) {
    const idle = await idleCpu()
    idles.push(idle)
    for (const it of round % 2 === 0 ? rows : rows.toReversed()) it.samples.push(await run(it, idle, round))
  }
  console.log(await markdown(rows, idles))
  for (const { gateways } of Object.values(stages)) for (const gateway of gateways) await gateway.end('SIGTERM')
} finally {
  await kafka.stop()
}

async function startStage(topic: string, assignment: number[][], instances: number): Promise<Stage> {
  const config = { 'min.insync.replicas': String(Math.min(2, assignment[0]!.length)) }
  await kafka.createTopic({ topic, partitions: assignment.length, assignment, config })
  const environment = { KAFKA_PARTITIONS: String(assignment.length) }
  const gateways = []
  for (let i = 0; i < instances; i++) gateways.push(await startPinnedGateway(kafka.bootstrap, topic, environment))
  return { topic, assignment, gateways }
}

async function idleCpu(): Promise<number[]> {
  const before = kafka.brokers.map(({ pid }) => cpuSeconds(pid))
  await sleep(IDLE_SECONDS * 1_000)
  return kafka.brokers.map(({ pid }, id) => (cpuSeconds(pid) - before[id]!) / IDLE_SECONDS)
}
