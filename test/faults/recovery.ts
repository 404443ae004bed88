/**
 * `npm run test:recovery -- [--rounds 3]`: how long the gateway has no acknowledgement after a fault, compared with the
 * cluster's own election (seen by an independent client) and Java's idempotent producer, on the same brokers in the
 * same minutes. Prints a table. Exit code 1 when a bound is exceeded.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { fetchMetadata } from '../../dev/kafka/metadata-request.ts'
import { toAddress } from '../../dev/kafka/topics.ts'
import { startJavaProducer } from './java-producer.ts'
import { createWorld, PARTITIONS, startBrokers, type World } from './world.ts'

const REQUEST_TIMEOUT_MS = 5_000
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } })

/** How long it takes until `brokerId` leads no partition, as a living broker sees it. */
async function electionMs(world: World, brokerId: number): Promise<number> {
  const startedAtMs = performance.now()
  const witness = world.kafka.cluster.brokers.find(({ id }) => id !== brokerId)
  for (;;) {
    const asked = fetchMetadata(toAddress(witness?.address as string), 1_000, world.topic)
    const { partitions } = await asked.catch(() => ({ partitions: [] }))
    if (partitions.length > 0 && partitions.every(({ leader }) => leader >= 0 && leader !== brokerId))
      return performance.now() - startedAtMs
    await sleep(20)
  }
}

interface Round {
  readonly fault: string
  readonly electionMs: number
  readonly oursMs: number
  readonly javaMs: number
  /** The bound on `oursMs`. */
  readonly boundMs: number
}

async function measure(world: World, fault: string, run: () => Promise<{ electionMs: number; boundMs: number }>) {
  const java = await startJavaProducer(world.kafka.cluster.bootstrap, world.topic, PARTITIONS, REQUEST_TIMEOUT_MS)
  world.startLoad({ tills: 24, pauseMs: 5 })
  await world.load.more(300)
  await sleep(2_000)
  await java.reset()
  world.load.resetGap()
  const result = await run()
  await world.load.more(300)
  const { load } = world
  await world.pauseLoad() // every till gets its last acknowledgement
  const round: Round = { fault, oursMs: load.longestGapMs, javaMs: await java.longestGapMs(), ...result }
  await java.stop()
  return round
}

const faults: Record<string, (world: World) => Promise<{ electionMs: number; boundMs: number }>> = {
  'leader kill -9': async (world) => {
    const id = await world.leaderOf(0)
    await world.broker(id).kill()
    const elected = await electionMs(world, id)
    await sleep(6_000)
    await world.broker(id).start()
    return { electionMs: elected, boundMs: elected + 2_000 }
  },
  'leader SIGSTOP': async (world) => {
    const id = await world.leaderOf(0)
    await world.broker(id).freeze()
    const elected = await electionMs(world, id)
    await sleep(8_000)
    world.broker(id).thaw()
    return { electionMs: elected, boundMs: Math.max(REQUEST_TIMEOUT_MS, elected) + 2_000 }
  },
  'all brokers down': async (world) => {
    const { brokers } = world.kafka.cluster
    await Promise.all(brokers.map((broker) => broker.kill()))
    await sleep(5_000)
    const startedAtMs = performance.now()
    await Promise.all(brokers.map((broker) => broker.start()))
    await electionMs(world, -1)
    return { electionMs: performance.now() - startedAtMs + 5_000, boundMs: performance.now() - startedAtMs + 10_000 }
  },
}

const kafka = await startBrokers()
const rounds: Round[] = []
try {
  const world = await createWorld(kafka, { environment: { KAFKA_REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS) } })
  console.log('fault             election   gateway   Java      gateway - election   bound     within')
  for (let i = 0; i < Number(values.rounds); i++) {
    for (const [fault, run] of Object.entries(faults)) {
      const round = await measure(world, fault, () => run(world))
      rounds.push(round)
      const cells = [round.electionMs, round.oursMs, round.javaMs, round.oursMs - round.electionMs, round.boundMs]
      const [election, ours, java, behind, bound] = cells.map((ms) => `${(ms / 1_000).toFixed(1)} s`)
      console.log(
        fault.padEnd(17),
        String(election).padEnd(10),
        String(ours).padEnd(9),
        String(java).padEnd(9),
        String(behind).padEnd(20),
        String(bound).padEnd(9),
        round.oursMs <= round.boundMs ? 'yes' : 'NO',
      )
    }
  }
  await world.gateway.end('SIGTERM')
} finally {
  await kafka.stop()
}
const ours = Math.max(...rounds.map(({ oursMs }) => oursMs))
const java = Math.max(...rounds.map(({ javaMs }) => javaMs))
const isBeside = ours <= 1.2 * java + 1_000
console.log(
  `longest gap: gateway ${(ours / 1_000).toFixed(1)} s, Java ${(java / 1_000).toFixed(1)} s; bound 1.2 x Java + 1 s`,
)
process.exit(isBeside && rounds.every(({ oursMs, boundMs }) => oursMs <= boundMs) ? 0 : 1)
