import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../../dev/kafka/eventually.ts'
import type { ProxiedKafka } from '../../../dev/kafka/proxied-cluster.ts'
import { stageTopics } from '../../../src/kafka/partition-owner.ts'
import { type CliProcess, DEADLINE_MS, spawnCli } from '../../harness/cli-process.ts'
import { COMPACTED_SOON, createStageTopics, untilJudged } from '../../harness/dedup.ts'
import { GatewayProcess } from '../../harness/gateway-process.ts'
import { randomFrom } from '../../harness/random.ts'
import { type DisturbanceCounts, disturbBrokers, disturbGateway, disturbStage, type StagePlace } from './disturb.ts'
import { askOracles } from './oracles.ts'
import { runTills, type Sent } from './tills.ts'
import { WireFaults } from './wire-faults.ts'

/** What happened in a run, and what was wrong at its end. */
export interface PlanResult {
  readonly counts: Readonly<Record<string, number>>
  /** How often each fault on the wire happened. */
  readonly wireFaults: ReadonlyMap<string, number>
  readonly findings: readonly string[]
}

const PARTITIONS = 4
const NODE_COMPILE_CACHE = 'node_modules/.cache/node'
const JUDGED_WITHIN_MS = 120_000
/** No plan gives a reason to give a partition up. */
const REFUSED = /.*a partition cannot be judged any more.*/
/** How long old and new shards run beside each other. */
const RESHARDED_WITHIN_MS = 2_000
/** One gateway knows nothing of earlier invoices; the other remembers its own, and what the stage says of all. */
const memoriesOf = (topic: string) => [{ REPLAY_MEMORY_BYTES: '0' }, { JOURNALS_TOPIC: stageTopics(topic).journals }]
/** One process for all partitions, beside the shards: each partition has two owners. */
const ALL: readonly string[] = []
const shardsOf = (count: number) => Array.from({ length: count }, (_, index) => ['--shard', `${index}/${count}`])
/** In every plan with such a number, the two shards become four. */
const isResharded = (seed: number) => seed % 4 === 0

/** Runs one random plan with topics of its own, then lets everything heal and judges the topics. */
export async function runPlan(kafka: ProxiedKafka, seed: number, seconds: number): Promise<PlanResult> {
  const topic = `plan-${seed}-${Date.now()}`
  const { bootstrap } = kafka.cluster
  await createStageTopics(kafka.cluster, topic, PARTITIONS, COMPACTED_SOON)
  const environment = environmentOf(kafka, topic)
  const started: CliProcess[] = []
  const placeOf = (args: readonly string[]): StagePlace => {
    const start = () => {
      const process = spawnCli(['dedup', ...args, '--max-records', '40'], environment)
      started.push(process)
      return process
    }
    return { process: start(), start, isGone: false }
  }
  const counts: DisturbanceCounts = {
    ...{ kills: 0, freezes: 0, 'gateway faults': 0, 'broker faults': 0, 'coordinator moves': 0 },
  }
  const findings: string[] = []
  const gateways = await Promise.all(memoriesOf(topic).map((memory) => startGateway({ ...environment, ...memory })))
  const places = [...shardsOf(2), ALL].map(placeOf)
  let draws = 0
  const random = () => randomFrom(seed * 100 + draws++)
  const wire = new WireFaults(kafka, random())
  const disturbed = { endMs: Number.POSITIVE_INFINITY, counts }
  const isOver = () => performance.now() > disturbed.endMs
  const reshard = async () => {
    await sleep((seconds * 1_000) / 2)
    const [more, drawn] = [shardsOf(4).map(placeOf), random]
    const old = places.slice(0, 2)
    places.push(...more)
    await sleep(RESHARDED_WITHIN_MS)
    for (const place of old) place.isGone = true
    for (const { process } of old) await process.end()
    await allEnded(more.map((place) => disturbStage(place, drawn(), disturbed)))
  }
  let sent: Sent[] = []
  try {
    await Promise.all(places.map(({ process }) => untilRestored(process)))
    disturbed.endMs = performance.now() + seconds * 1_000
    const sending = runTills({ urls: gateways.map(({ url }) => url), topic, seed, shouldStop: isOver })
    sending.catch(() => {}) // it is seen below
    await allEnded([
      ...places.map((place) => disturbStage(place, random(), disturbed)),
      ...gateways.map((gateway) => disturbGateway(gateway, random(), disturbed)),
      disturbBrokers(kafka, wire, random(), disturbed),
      ...(isResharded(seed) ? [reshard()] : []),
    ])
    sent = await sending
    for (const gateway of gateways) await gateway.ready() // it may just have been started
    for (const gateway of gateways) {
      const { code } = await gateway.end('SIGTERM')
      if (code !== 0) findings.push(`a gateway ended with ${code}`)
    }
    for (const { process } of places) await process.end()
    // What is left is judged while answers still get lost, by processes that are left alone.
    places.push(...shardsOf(isResharded(seed) ? 4 : 2).map(placeOf))
    await untilJudged(bootstrap, topic, JUDGED_WITHIN_MS)
  } catch (error) {
    findings.push((error as Error).message)
  } finally {
    wire.end()
    for (const { process } of places) await process.end()
    for (const gateway of gateways) await gateway.end('SIGKILL')
  }
  const refused = started.map((process) => REFUSED.exec(process.output())?.[0]).find((line) => line !== undefined)
  if (refused !== undefined) findings.push(`a process has given a partition up: ${refused}`)
  const seen = { ...counts, shards: isResharded(seed) ? 4 : 2, transactions: wire.transactions }
  if (findings.length > 0) return { counts: seen, wireFaults: wire.counts, findings }
  const judged = await askOracles({ bootstrap, topic, partitions: PARTITIONS, sent })
  return { counts: { ...judged.counts, ...seen }, wireFaults: wire.counts, findings: judged.findings }
}

/** Waits for all of them, also when one fails: what it has broken must not be repaired by the next plan. */
async function allEnded(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) if (result.status === 'rejected') throw result.reason
}

/** The plan begins when the stage works: first the brokers make the topic of the transactions. */
async function untilRestored(process: CliProcess): Promise<void> {
  await eventually('a process has restored a partition', DEADLINE_MS, 50, async () => {
    return process.output().includes('partition restored') || undefined
  })
}

function startGateway(environment: Record<string, string>): Promise<GatewayProcess> {
  return GatewayProcess.start({ ...environment, DRAIN_DELAY_MS: '0', LOG_LEVEL: 'warn' })
}

function environmentOf({ bootstrap }: ProxiedKafka, topic: string): Record<string, string> {
  return {
    KAFKA_BROKERS: bootstrap.join(','),
    KAFKA_TOPIC: topic,
    KAFKA_PARTITIONS: String(PARTITIONS),
    KAFKA_REQUEST_TIMEOUT_MS: '2000',
    KAFKA_ACK_TIMEOUT_MS: '1000',
    KAFKA_CONNECTION_TIMEOUT_MS: '1000',
    ADMIN_PORT: '0',
    NODE_COMPILE_CACHE, // many are started
  }
}
