/**
 * `npm run bench:ticks -- [--pairs 5] [--packets 300]`: acknowledged ticks a second of examples/ticks, with 2 workers
 * and with none (then the main thread inflates and validates). Runs take turns (A B B A) against one embedded Kafka.
 * Each run is a handler in a process of its own, warmed up and fed with prepared packets. Only the ratio means
 * anything.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type OutgoingPacket, runFeed } from '../examples/ticks/feed.ts'
import { generatePackets } from '../examples/ticks/generate.ts'
import { startTicks } from '../examples/ticks/handler.ts'
import { startKafka } from './kafka/cluster.ts'

const PARTITIONS = 6
const TICKS_PER_PACKET = 500
const WARM_UP_PACKETS = 100
const FEEDS = 2
const CLOCK_TICKS_PER_SECOND = 100

if (process.send !== undefined) await beHandler()
else await bench()

/** The child: a handler with the settings of its arguments, until its parent disconnects. */
async function beHandler(): Promise<void> {
  const [broker, topic, workers] = process.argv.slice(2) as [string, string, string]
  const ticks = await startTicks({
    brokers: [broker],
    topic,
    partitions: PARTITIONS,
    delivery: 'exactly-once',
    host: '127.0.0.1',
    port: 0,
    workers: Number(workers),
    onTrouble: (message) => console.error(message),
  })
  process.send?.(ticks.port)
  await once(process, 'disconnect')
  await ticks.stop()
}

async function bench(): Promise<void> {
  const { values } = parseArgs({
    options: { pairs: { type: 'string', default: '5' }, packets: { type: 'string', default: '300' } },
  })
  const feeds = await Promise.all(Array.from({ length: FEEDS }, (_, seed) => packetsOf(seed, Number(values.packets))))
  const kafka = await startKafka()
  const rounds: Record<'with' | 'without', Run>[] = []
  try {
    let runs = 0
    const run = async (workers: number) => {
      const topic = `ticks-${runs++}`
      await kafka.createTopic({ topic, partitions: PARTITIONS })
      return await measure(kafka.bootstrap[0] as string, topic, workers, feeds)
    }
    for (let pair = 0; pair < Number(values.pairs); pair++) {
      const [first, second] = pair % 2 === 0 ? [2, 0] : [0, 2]
      const results = { [first as number]: await run(first as number), [second as number]: await run(second as number) }
      rounds.push({ with: results[2] as Run, without: results[0] as Run })
    }
  } finally {
    await kafka.stop()
  }
  console.log('workers   ticks/s   CPU us a tick   of the main thread')
  for (const [name, kind] of [
    ['2', 'with'],
    ['0', 'without'],
  ] as const) {
    const perSecond = median(rounds.map((round) => round[kind].ticksPerSecond)).toFixed(0)
    const cpu = median(rounds.map((round) => round[kind].cpuMicrosPerTick)).toFixed(2)
    const mainCpu = median(rounds.map((round) => round[kind].mainCpuMicrosPerTick)).toFixed(2)
    console.log(name.padEnd(9), perSecond.padEnd(9), cpu.padEnd(15), mainCpu)
  }
  const ratios = rounds.map((round) => round.with.ticksPerSecond / round.without.ticksPerSecond)
  console.log(
    `ticks/s with 2 workers : with 0 = ${median(ratios).toFixed(2)} (median of ${ratios.length} pairs, ` +
      `${Math.min(...ratios).toFixed(2)}..${Math.max(...ratios).toFixed(2)})`,
  )
}

interface Run {
  readonly ticksPerSecond: number
  /** Of the handler's process, all its threads. */
  readonly cpuMicrosPerTick: number
  /** Of its main thread, whose work no other thread can do. */
  readonly mainCpuMicrosPerTick: number
}

async function measure(broker: string, topic: string, workers: number, feeds: OutgoingPacket[][]): Promise<Run> {
  const handler = fork(fileURLToPath(import.meta.url), [broker, topic, String(workers)])
  try {
    const port = await portOf(handler)
    const feed = (from: number, to?: number) => Promise.all(feeds.map((packets) => send(port, packets.slice(from, to))))
    await feed(0, WARM_UP_PACKETS)
    const process = `/proc/${handler.pid}`
    const mainThread = `${process}/task/${handler.pid}`
    const [startedAtMs, cpuBefore, mainBefore] = [performance.now(), cpuMicros(process), cpuMicros(mainThread)]
    await feed(WARM_UP_PACKETS)
    const seconds = (performance.now() - startedAtMs) / 1_000
    const ticks = feeds.length * (feeds[0]!.length - WARM_UP_PACKETS) * TICKS_PER_PACKET
    return {
      ticksPerSecond: ticks / seconds,
      cpuMicrosPerTick: (cpuMicros(process) - cpuBefore) / ticks,
      mainCpuMicrosPerTick: (cpuMicros(mainThread) - mainBefore) / ticks,
    }
  } finally {
    const exited = once(handler, 'exit')
    if (handler.connected) handler.disconnect()
    if (handler.exitCode === null) await exited
  }
}

async function portOf(handler: ChildProcess): Promise<number> {
  const exited = once(handler, 'exit').then(() => {
    throw new Error('the handler did not start')
  })
  exited.catch(() => {})
  const [port] = await Promise.race([once(handler, 'message'), exited])
  return port as number
}

/** Warm-up packets and those to be measured. */
async function packetsOf(seed: number, packets: number): Promise<OutgoingPacket[]> {
  const options = { seed, symbols: 1_000, packets: WARM_UP_PACKETS + packets, ticksPerPacket: TICKS_PER_PACKET }
  const made: OutgoingPacket[] = []
  const generated = generatePackets({ ...options, coding: 'zstd', prefix: `F${seed}S` })
  for await (const { number, bytes } of generated) made.push({ number, bytes })
  return made
}

async function send(port: number, packets: OutgoingPacket[]): Promise<void> {
  let resent = -packets.length
  let bad = 0
  await runFeed({
    host: '127.0.0.1',
    port,
    packets: (async function* () {
      yield* packets
    })(),
    maxUnanswered: 32,
    onSent: () => void resent++,
    onAnswer: (_packet, verdict) => {
      if (verdict === 'bad') bad++
    },
  })
  if (resent + bad > 0) throw new Error(`${resent} packets sent again, ${bad} bad: nothing was measured`)
}

/** User and system time so far of a process or thread, by its folder in /proc. */
function cpuMicros(folder: string): number {
  const fields = readFileSync(`${folder}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return ((Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND) * 1_000_000
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] as number
}
