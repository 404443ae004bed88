import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../../dev/kafka/eventually.ts'
import type { ProxiedKafka } from '../../../dev/kafka/proxied-cluster.ts'
import { withAdmin } from '../../harness/admin.ts'
import type { CliProcess } from '../../harness/cli-process.ts'
import type { GatewayProcess } from '../../harness/gateway-process.ts'
import type { Random } from '../../harness/random.ts'
import type { WireFaults } from './wire-faults.ts'

/** How often what happened. */
export interface DisturbanceCounts {
  kills: number
  freezes: number
  'gateway faults': number
  'broker faults': number
  'coordinator moves': number
}

export interface Disturbed {
  /** When nothing more is disturbed: a monotonic time. */
  endMs: number
  readonly counts: DisturbanceCounts
}

/** A place for a process of the stage, which is started anew there. */
export interface StagePlace {
  process: CliProcess
  readonly start: () => CliProcess
  /** Whether it is not to be started any more. */
  isGone: boolean
}

const isOver = ({ endMs }: Disturbed) => performance.now() > endMs

/** Waits, but not beyond the end. */
async function sleepAtMost(ms: number, { endMs }: Disturbed): Promise<void> {
  await sleep(Math.max(0, Math.min(ms, endMs - performance.now())))
}

/** Kills and freezes a process of the stage again and again, also for longer than a transaction may take. */
export async function disturbStage(place: StagePlace, random: Random, disturbed: Disturbed): Promise<void> {
  for (;;) {
    await sleepAtMost(random.between(2_000, 9_000), disturbed)
    if (place.isGone || isOver(disturbed)) return
    if (random.below(3) > 0) {
      disturbed.counts.kills++
      await place.process.end()
      await sleep(random.between(0, 1_500))
      if (place.isGone) return
      place.process = place.start()
    } else {
      disturbed.counts.freezes++
      const { child } = place.process
      child.kill('SIGSTOP')
      const isLong = random.below(2) === 0
      await sleepAtMost(isLong ? random.between(11_000, 13_000) : random.between(500, 4_000), disturbed)
      child.kill('SIGCONT')
    }
  }
}

/** Kills and freezes a gateway now and then. */
export async function disturbGateway(gateway: GatewayProcess, random: Random, disturbed: Disturbed): Promise<void> {
  for (;;) {
    await sleepAtMost(random.between(3_000, 10_000), disturbed)
    if (isOver(disturbed)) return
    disturbed.counts['gateway faults']++
    if (random.below(2) === 0) {
      await gateway.end('SIGKILL')
      await sleep(random.between(0, 1_500))
      gateway.launch()
    } else {
      gateway.signal('SIGSTOP')
      await sleepAtMost(random.between(500, 3_000), disturbed)
      gateway.signal('SIGCONT')
    }
  }
}

/** One broker after the other is killed, frozen, stopped, separated from its clients, or has to hand over a coordinator. */
export async function disturbBrokers(
  kafka: ProxiedKafka,
  wire: WireFaults,
  random: Random,
  disturbed: Disturbed,
): Promise<void> {
  for (;;) {
    await sleepAtMost(random.between(1_000, 5_000), disturbed)
    if (isOver(disturbed)) return
    const fault = random.below(6)
    if (fault > 3) {
      if (await moveCoordinator(kafka, random)) disturbed.counts['coordinator moves']++
      continue
    }
    disturbed.counts['broker faults']++
    await (fault === 0 ? separateBroker(kafka, wire, random) : breakBroker(kafka, random))
  }
}

/** A broker is killed, frozen or stopped in an orderly way, and comes back. */
async function breakBroker({ cluster }: ProxiedKafka, random: Random): Promise<void> {
  const broker = random.pick(cluster.brokers)
  switch (random.below(3)) {
    case 0:
      await broker.kill()
      await sleep(random.between(500, 3_500))
      return await broker.start()
    case 1:
      await broker.freeze()
      await sleep(random.between(1_000, 5_000))
      return broker.thaw()
    default:
      await broker.stop()
      await sleep(random.between(0, 1_000))
      return await broker.start()
  }
}

async function separateBroker({ cluster }: ProxiedKafka, wire: WireFaults, random: Random): Promise<void> {
  const { id } = random.pick(cluster.brokers)
  wire.separate(id, random.below(2) === 0 ? ['request', 'response'] : ['response'])
  await sleep(random.between(1_000, 5_000))
  wire.reach(id)
}

const TRANSACTIONS = '__transaction_state'
const MOVED_WITHIN_MS = 20_000

/**
 * The coordinator of some transactional ids moves to another broker while all brokers live: its replica is taken away,
 * and comes back. Resolves with whether there was one to move.
 */
async function moveCoordinator({ cluster }: ProxiedKafka, random: Random): Promise<boolean> {
  return await withAdmin(cluster.bootstrap, async (admin) => {
    const partitions = async () =>
      (await admin.fetchTopicMetadata({ topics: [TRANSACTIONS] })).topics[0]?.partitions ?? []
    const reassign = async (partition: number, to: number[]) => {
      const partitionAssignment = [{ partition, replicas: to }]
      await eventually(`${TRANSACTIONS}-${partition} on ${to}`, MOVED_WITHIN_MS, 100, async () => {
        const now = (await partitions()).find(({ partitionId }) => partitionId === partition)
        if (now?.isr.length === to.length && now.replicas.length === to.length) return true
        if (now?.replicas.length !== to.length)
          await admin.alterPartitionReassignments({ topics: [{ topic: TRANSACTIONS, partitionAssignment }] })
        return undefined
      })
    }
    const all = await partitions().catch(() => []) // perhaps there was no transaction yet
    if (all.length === 0) return false
    const { partitionId, leader, replicas } = random.pick(all)
    await reassign(
      partitionId,
      replicas.filter((id) => id !== leader),
    )
    await sleep(random.between(0, 1_000))
    await reassign(partitionId, replicas)
    return true
  })
}
