/**
 * `npm run bench:ticks -- [--pairs 5] [--packets 300]`: acknowledged ticks a second of examples/ticks, with 2 workers
 * and with none (then the main thread inflates and validates). Runs take turns (A B B A) against one embedded Kafka.
 * Each run is a handler in a process of its own, warmed up and fed with prepared packets. Only the ratio means
 * anything.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startKafka } from '../dev/kafka/cluster.ts'
import { type OutgoingPacket, runFeed } from '../examples/ticks/feed.ts'
import { generatePackets } from '../examples/ticks/generate.ts'
import { startTicks } from '../examples/ticks/handler.ts'
import { inPairs } from './measure.ts'
import { cpuSeconds, mainThreadCpuSeconds } from './processes.ts'
import { median, spread } from './spread.ts'

const PARTITIONS = 6
const TICKS_PER_PACKET = 500
const WARM_UP_PACKETS = 100
const FEEDS = 2

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
  let rounds: [Run, Run][] = []
  try {
    let runs = 0
    const run = async (workers: number) => {
      const topic = `ticks-${runs++}`
      await kafka.createTopic({ topic, partitions: PARTITIONS })
      return await measure(kafka.bootstrap[0] as string, topic, workers, feeds)
    }
    rounds = await inPairs(
      Number(values.pairs),
      () => run(2),
      () => run(0),
    )
  } finally {
    await kafka.stop()
  }
  console.log('workers   ticks/s   CPU us a tick   of the main thread')
  for (const [workers, which] of [
    ['2', 0],
    ['0', 1],
  ] as const) {
    const of = (key: keyof Run) => median(rounds.map((pair) => pair[which][key]))
    const perSecond = of('ticksPerSecond').toFixed(0)
    console.log(
      workers.padEnd(9),
      perSecond.padEnd(9),
      of('cpuUs').toFixed(2).padEnd(15),
      of('mainThreadUs').toFixed(2),
    )
  }
  const ratios = rounds.map(([a, b]) => a.ticksPerSecond / b.ticksPerSecond)
  console.log(`ticks/s with 2 workers : with 0 = ${spread(ratios)}, ${ratios.length} pairs`)
}

interface Run {
  readonly ticksPerSecond: number
  /** Microseconds of processor time a tick, of the handler's process with all its threads. */
  readonly cpuUs: number
  /** Of its main thread, whose work no other thread can do. */
  readonly mainThreadUs: number
}

async function measure(broker: string, topic: string, workers: number, feeds: OutgoingPacket[][]): Promise<Run> {
  const handler = fork(fileURLToPath(import.meta.url), [broker, topic, String(workers)])
  try {
    const port = await portOf(handler)
    const feed = (from: number, to?: number) => Promise.all(feeds.map((packets) => send(port, packets.slice(from, to))))
    await feed(0, WARM_UP_PACKETS)
    const pid = handler.pid as number
    const [startedAtMs, cpuBefore, mainBefore] = [performance.now(), cpuSeconds(pid), mainThreadCpuSeconds(pid)]
    await feed(WARM_UP_PACKETS)
    const seconds = (performance.now() - startedAtMs) / 1_000
    const ticks = feeds.length * (feeds[0]!.length - WARM_UP_PACKETS) * TICKS_PER_PACKET
    return {
      ticksPerSecond: ticks / seconds,
      cpuUs: (1e6 * (cpuSeconds(pid) - cpuBefore)) / ticks,
      mainThreadUs: (1e6 * (mainThreadCpuSeconds(pid) - mainBefore)) / ticks,
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
