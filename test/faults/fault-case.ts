import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProxiedKafka } from '../../dev/kafka/proxied-cluster.ts'
import type { LoadOptions } from '../harness/load.ts'
import type { Random } from '../harness/random.ts'
import { post } from '../harness/till.ts'
import { sampleInvoice } from '../invoice/generate.ts'
import type { World } from './world.ts'

/** One fault: what happens while tills send. The same oracles are checked after every case. */
export interface FaultCase {
  /** Number in the table of docs/delivery.md. */
  readonly number: number
  readonly name: string
  readonly environment?: NodeJS.ProcessEnv
  /** The names and addresses in the gateway's own hosts file at first. Default: it has the machine's hosts file. */
  readonly names?: Readonly<Record<string, string>>
  /** Starts the brokers that it needs. Default: three ordinary ones. */
  readonly startBrokers?: () => Promise<ProxiedKafka>
  run(world: World, random: Random): Promise<void>
}

/** How many acknowledgements show that all is well, before and after a fault. */
export const WARM_UP = 100

/** Runs the load before, during and after the fault. */
export async function underLoad(
  world: World,
  fault: () => Promise<void>,
  load: Partial<LoadOptions> = {},
): Promise<void> {
  world.startLoad(load)
  await world.load.more(WARM_UP)
  world.load.resetGap()
  await fault()
  await world.load.more(WARM_UP, 60_000)
}

/** Asserts that a till is answered 503 at once while Kafka is out of reach, and that nothing is stored. */
export async function assertSheds(world: World): Promise<void> {
  const agent = new Agent()
  const invoice = sampleInvoice({ storeId: 'S1', terminalId: 'late', journalId: 'J1', sequenceNumber: 1 })
  const answer = await post(agent, world.gateway.url, Buffer.from(JSON.stringify(invoice)), 10_000)
  agent.destroy()
  assert.equal(answer.status, 503)
  assert.equal(answer.outcome, 'rejected')
}

export async function killAndReturn(world: World, id: number, downMs: number): Promise<void> {
  await world.broker(id).kill()
  await sleep(downMs)
  await world.broker(id).start()
}
