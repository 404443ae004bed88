import { setTimeout as sleep } from 'node:timers/promises'
import type { ProxiedKafka } from '../../../dev/kafka/proxied-cluster.ts'
import type { Action } from '../../../dev/kafka/wire-delivery.ts'
import type { Frame } from '../../../dev/kafka/wire-frames.ts'
import { type CliProcess, spawnCli } from '../../harness/cli-process.ts'
import {
  COMPACTED_SOON,
  createStageTopics,
  judgeStage,
  produce,
  tillMessages,
  untilJudged,
} from '../../harness/dedup.ts'
import { type Random, randomFrom } from '../../harness/random.ts'

/** What happened in a run, and what was wrong at its end. */
export interface PlanResult {
  readonly counts: Readonly<Record<string, number>>
  readonly findings: readonly string[]
}

const PARTITIONS = 3
const JUDGED_WITHIN_MS = 180_000
/** Processes by their arguments: two shards, and one that owns all partitions a second time. */
const SHARDS = [['--shard', '0/2'], ['--shard', '1/2'], []]
/** Produce, InitProducerId, AddPartitionsToTxn, EndTxn: their answers get lost. */
const [PRODUCE, INIT_PRODUCER_ID, ADD_PARTITIONS, END_TXN] = [0, 22, 24, 26] as const
const LOST: ReadonlySet<number> = new Set([PRODUCE, INIT_PRODUCER_ID, ADD_PARTITIONS, END_TXN])
const REQUEST_TIMEOUT_MS = 2_000

/** Runs one random plan with topics of its own, then lets everything heal and judges the topics. */
export async function runPlan(kafka: ProxiedKafka, seed: number, seconds: number): Promise<PlanResult> {
  const random = randomFrom(seed)
  const topic = `plan-${seed}-${Date.now()}`
  const { bootstrap } = kafka.cluster
  await createStageTopics(kafka.cluster, topic, PARTITIONS, COMPACTED_SOON)
  const counts = { kills: 0, freezes: 0, 'broker faults': 0, 'wire faults': 0, 'late EndTxn': 0 }
  for (const proxy of kafka.proxies)
    proxy.setRule((frame) => {
      const action = wireFault(frame, random)
      if (action.type !== 'forward') counts['wire faults']++
      if (action.type === 'delay' && frame.direction === 'request') counts['late EndTxn']++
      return action
    })
  const processes = SHARDS.map((shard) => start(kafka, topic, shard))
  const findings: string[] = []
  const endMs = performance.now() + seconds * 1_000
  let healing = Promise.resolve()
  try {
    const sending = send(bootstrap, topic, random, endMs)
    while (performance.now() < endMs) {
      await sleep(random.between(500, 2_500))
      const index = random.below(processes.length)
      switch (random.below(4)) {
        case 0:
          counts.kills++
          await processes[index]?.end()
          await sleep(random.between(0, 2_000))
          processes[index] = start(kafka, topic, SHARDS[index] as string[])
          break
        case 1:
          counts.freezes++
          processes[index]?.child.kill('SIGSTOP')
          await sleep(random.between(1_000, 14_000)) // also beyond the transaction's time-out
          processes[index]?.child.kill('SIGCONT')
          break
        case 2:
          await healing
          counts['broker faults']++
          healing = breakBroker(kafka, random)
          break
      }
    }
    await healing
    await sending
    for (const proxy of kafka.proxies) proxy.setRule(null)
    await untilJudged(bootstrap, topic, JUDGED_WITHIN_MS)
  } catch (error) {
    findings.push((error as Error).message)
  } finally {
    await healing.catch(() => {})
    for (const proxy of kafka.proxies) proxy.setRule(null)
    for (const process of processes) await process.end()
  }
  const judged = await judgeStage(bootstrap, topic).catch((error: Error) => {
    findings.push(error.message)
    return {}
  })
  return { counts: { ...judged, ...counts }, findings }
}

function start({ bootstrap }: ProxiedKafka, topic: string, shard: string[]): CliProcess {
  return spawnCli(['dedup', ...shard, '--max-records', '50'], {
    KAFKA_BROKERS: bootstrap.join(','),
    KAFKA_TOPIC: topic,
    ADMIN_PORT: '0',
    KAFKA_PARTITIONS: String(PARTITIONS),
    KAFKA_REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS),
    KAFKA_ACK_TIMEOUT_MS: '1000',
    KAFKA_CONNECTION_TIMEOUT_MS: '1000',
  })
}

/** Tills send all the time. What they send twice because Kafka did not answer is a repeat like any other. */
async function send(bootstrap: string[], topic: string, random: Random, endMs: number): Promise<void> {
  while (performance.now() < endMs) {
    const messages = tillMessages(random, { count: 200, partitions: PARTITIONS, numbers: 300 })
    await produce(bootstrap, topic, messages).catch(() => sleep(200))
    await sleep(400)
  }
}

/** Answers are lost, late or cut; a request for EndTxn comes when the client has long given it up (KAFKA-17754). */
function wireFault({ direction, apiKey }: Frame, random: Random): Action {
  if (direction === 'request' && apiKey === END_TXN && random.below(50) === 0)
    return { type: 'delay', delayMs: REQUEST_TIMEOUT_MS + random.between(100, 3_000) }
  if (direction === 'response' && LOST.has(apiKey) && random.below(100) === 0)
    return random.pick<Action>([
      { type: 'drop' },
      { type: 'cut' },
      { type: 'reset' },
      { type: 'delay', delayMs: 1_500 },
    ])
  return { type: 'forward' }
}

/** A broker is killed, frozen or stopped in an orderly way, and comes back. */
async function breakBroker({ cluster }: ProxiedKafka, random: Random): Promise<void> {
  const broker = random.pick(cluster.brokers)
  switch (random.below(3)) {
    case 0:
      await broker.kill()
      await sleep(random.between(1_000, 5_000))
      return await broker.start()
    case 1:
      broker.freeze()
      await sleep(random.between(2_000, 9_000))
      return broker.thaw()
    default:
      await broker.stop()
      await sleep(random.between(0, 2_000))
      return await broker.start()
  }
}
