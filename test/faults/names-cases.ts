import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ProxiedKafka, startProxiedKafka } from '../../dev/kafka/proxied-cluster.ts'
import { startWireProxy } from '../../dev/kafka/wire-proxy.ts'
import { readinessAt } from '../harness/cli-process.ts'
import { assertSheds, type FaultCase, underLoad, WARM_UP } from './fault-case.ts'
import type { World } from './world.ts'

const BROKERS = 3
const NO_NAMES = {}

const nameOf = (brokerId: number) => `broker-${brokerId}.test`

function namesAt(address: string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: BROKERS }, (_, brokerId) => [nameOf(brokerId), address]))
}

const atTheirNames = {
  names: namesAt('127.0.0.1'),
  startBrokers: () => startProxiedKafka({ brokers: BROKERS, host: nameOf }),
  environment: { STALL_AFTER_MS: '1000' },
}

function resetConnections({ proxies }: ProxiedKafka): void {
  for (const proxy of proxies) proxy.resetConnections()
}

/** Waits until the gateway is not ready for this reason, and then `seconds` more. */
async function outage(world: World, reason: string, seconds: number): Promise<void> {
  await readinessAt(world.gateway.adminUrl).untilNotReady(reason)
  await assertSheds(world)
  await sleep(seconds * 1_000)
  assert.equal(await world.gateway.status('/readyz'), 503)
}

/** Faults of the brokers' names, as the gateway's process resolves them. */
export const NAMES_CASES: readonly FaultCase[] = [
  {
    number: 23,
    name: 'names that do not resolve at boot',
    ...atTheirNames,
    run: (world, random) =>
      underLoad(world, async () => {
        await world.gateway.end('SIGTERM')
        world.names.set(NO_NAMES)
        world.gateway.launch()
        await outage(world, 'no such name', random.between(0.5, 3))
        world.names.set(namesAt('127.0.0.1'))
        await world.gateway.ready()
      }),
  },
  {
    number: 23,
    name: 'names that do not resolve when it connects again',
    ...atTheirNames,
    run: (world, random) =>
      underLoad(world, async () => {
        world.names.set(NO_NAMES)
        resetConnections(world.kafka)
        await outage(world, 'no broker answers', random.between(0.5, 3))
        world.names.set(namesAt('127.0.0.1'))
        await world.gateway.ready()
      }),
  },
  {
    number: 23,
    name: 'the addresses behind the names change',
    ...atTheirNames,
    run: (world, random) =>
      underLoad(world, async () => {
        const { proxies, cluster } = world.kafka
        const moved = await Promise.all(
          proxies.map(({ port }, id) =>
            startWireProxy({ target: world.broker(id).proxiedTarget, host: '127.0.0.2', listen: port }),
          ),
        )
        try {
          await Promise.all(proxies.map((proxy) => proxy.refuse()))
          world.names.set(namesAt('127.0.0.2'))
          await sleep(random.between(0, 500))
          resetConnections(world.kafka)
          await world.load.more(WARM_UP)
          assert.equal(moved.filter(({ stats }) => stats.openConnections > 0).length, cluster.brokers.length)
        } finally {
          await Promise.all(proxies.map((proxy) => proxy.accept()))
          world.names.set(namesAt('127.0.0.1'))
          await Promise.all(moved.map((proxy) => proxy.close()))
        }
      }),
  },
]
