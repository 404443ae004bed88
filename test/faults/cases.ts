import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { activeController } from '../../dev/kafka/tools.ts'
import type { Action } from '../../dev/kafka/wire-delivery.ts'
import { cachedPartitionOf } from '../../src/invoice/partition.ts'
import { storesByPartition } from '../harness/exchange.ts'
import type { LoadOptions } from '../harness/load.ts'
import { randomFrom } from '../harness/random.ts'
import { CREDENTIALS_CASES } from './credentials-cases.ts'
import { DISK_CASES } from './disk-cases.ts'
import { assertSheds, type FaultCase, killAndReturn, underLoad, WARM_UP } from './fault-case.ts'
import { LIMIT_CASES } from './limit-cases.ts'
import { NAMES_CASES } from './names-cases.ts'
import { QUOTA_CASES } from './quota-cases.ts'
import { UPLOAD_CASES } from './upload-cases.ts'
import { PARTITIONS, type World } from './world.ts'

const GATEWAY_READY_TIMEOUT_MS = 30_000

async function wire(world: World, durationMs: number, rule: () => Action): Promise<void> {
  await underLoad(world, async () => {
    world.onProduceAnswers(rule)
    await sleep(durationMs)
    world.onWire(null)
  })
}

const ORDINARY_CASES: readonly FaultCase[] = [
  {
    number: 1,
    name: 'gateway kill -9',
    run: (world) =>
      underLoad(world, async () => {
        await world.gateway.end('SIGKILL')
        world.gateway.launch()
        await world.gateway.ready()
      }),
  },
  {
    number: 4,
    name: 'SIGTERM while Kafka is down',
    environment: { SHUTDOWN_TIMEOUT_MS: '4000' },
    run: (world) =>
      underLoad(world, async () => {
        for (const broker of world.kafka.cluster.brokers) await broker.kill()
        await sleep(500)
        const acknowledged = world.load.acknowledged
        const { code } = await world.gateway.end('SIGTERM')
        assert.equal(code, 3, 'it says that invoices were in flight')
        assert.equal(world.load.acknowledged, acknowledged, 'nothing is answered 2xx')
        await Promise.all(world.kafka.cluster.brokers.map((broker) => broker.start()))
        world.gateway.launch()
        await world.gateway.ready()
      }),
  },
  {
    number: 6,
    name: 'gateway SIGSTOP 5 s',
    run: (world) =>
      underLoad(world, async () => {
        world.gateway.signal('SIGSTOP')
        await sleep(5_000)
        world.gateway.signal('SIGCONT')
      }),
  },
  {
    number: 6,
    name: 'gateway SIGSTOP 60 s, its connections reset meanwhile',
    run: (world) =>
      underLoad(
        world,
        async () => {
          world.gateway.signal('SIGSTOP')
          await sleep(30_000)
          for (const proxy of world.kafka.proxies) proxy.resetConnections()
          await sleep(30_000)
          const connections = () => world.kafka.proxies.reduce((sum, { stats }) => sum + stats.connections, 0)
          const before = connections()
          world.gateway.signal('SIGCONT')
          await world.load.more(WARM_UP)
          assert.ok(connections() > before, 'it connects again')
        },
        { giveUpAfterMs: 120_000 },
      ),
  },
  {
    number: 7,
    name: 'leader kill -9',
    run: (world) => underLoad(world, async () => killAndReturn(world, await world.leaderOf(0), 6_000)),
  },
  {
    number: 8,
    name: 'every broker restarted in turn',
    run: (world) =>
      underLoad(world, async () => {
        for (const broker of world.kafka.cluster.brokers) {
          await broker.stop()
          await broker.start()
          await world.load.more(WARM_UP)
        }
      }),
  },
  {
    number: 9,
    name: 'every broker killed in turn, the controller among them',
    run: (world) =>
      underLoad(world, async () => {
        for (const { id } of world.kafka.cluster.brokers) {
          await killAndReturn(world, id, 1_000)
          await world.load.more(WARM_UP)
        }
      }),
  },
  {
    number: 9,
    name: 'controller kill -9, stores of other leaders',
    run: async (world) => {
      const { bootstrap } = world.kafka.cluster
      const controller = await activeController(bootstrap)
      const leaders = await world.leaders()
      const storeIds = storesByPartition(PARTITIONS, cachedPartitionOf(PARTITIONS)).filter(
        (_, partition) => leaders[partition] !== controller,
      )
      await underLoad(
        world,
        async () => {
          await world.broker(controller).kill()
          await sleep(6_000)
          assert.notEqual(await activeController(bootstrap), controller, 'another one took over')
          await world.broker(controller).start()
        },
        { storeIds },
      )
    },
  },
  {
    number: 10,
    name: 'all brokers down',
    environment: { STALL_AFTER_MS: '1000' },
    run: (world) =>
      underLoad(world, async () => {
        await Promise.all(world.kafka.cluster.brokers.map((broker) => broker.kill()))
        await sleep(4_000)
        await assertSheds(world)
        await Promise.all(world.kafka.cluster.brokers.map((broker) => broker.start()))
      }),
  },
  {
    number: 11,
    name: 'leader SIGSTOP',
    run: (world) =>
      underLoad(world, async () => {
        const broker = world.broker(await world.leaderOf(0))
        await broker.freeze()
        await sleep(10_000)
        broker.thaw()
      }),
  },
  {
    number: 12,
    name: 'black hole between gateway and leader, both ways and one way',
    run: (world, random) =>
      underLoad(world, async () => {
        const proxy = world.kafka.proxies[await world.leaderOf(0)]
        const oneWay = random.pick(['request', 'response'] as const)
        proxy?.setRule(({ direction }) => ({ type: direction === oneWay ? 'drop' : 'forward' }))
        await sleep(7_000)
        proxy?.setRule(() => ({ type: 'drop' }))
        await sleep(7_000)
        proxy?.setRule(null)
      }),
  },
  {
    number: 13,
    name: 'connection resets',
    run: (world, random) =>
      underLoad(world, async () => {
        for (let i = 0; i < 30; i++) {
          random.pick(world.kafka.proxies).resetConnections()
          await sleep(random.between(20, 300))
        }
      }),
  },
  {
    number: 14,
    name: 'answers lost after the append',
    run: (world, random) =>
      wire(world, 8_000, () => (random.next() < 0.16 ? { type: random.pick(['reset', 'cut']) } : { type: 'forward' })),
  },
  {
    number: 15,
    name: 'answers after the time-out',
    environment: { KAFKA_REQUEST_TIMEOUT_MS: '1000', KAFKA_ACK_TIMEOUT_MS: '500' },
    run: (world, random) =>
      wire(world, 10_000, () => (random.next() < 0.1 ? { type: 'delay', delayMs: 1_500 } : { type: 'forward' })),
  },
  {
    number: 16,
    name: 'slow broker: latency, 1 Mbit/s, one byte at a time',
    run: (world, random) =>
      underLoad(world, async () => {
        const slow = (): Action =>
          random.pick([
            { type: 'delay', delayMs: 150 },
            { type: 'throttle', bytesPerSecond: 125_000 },
            { type: 'slice' },
          ])
        world.onWire(({ apiKey }) => (apiKey === 0 ? slow() : { type: 'forward' }))
        await sleep(8_000)
        world.onWire(null)
      }),
  },
  {
    number: 17,
    name: 'too few in-sync replicas',
    run: (world) =>
      underLoad(world, async () => {
        const leader = await world.leaderOf(0)
        const others = world.kafka.cluster.brokers.filter(({ id }) => id !== leader)
        await Promise.all(others.map((broker) => broker.freeze()))
        await sleep(7_000)
        for (const broker of others) broker.thaw()
      }),
  },
  {
    number: 19,
    name: 'election storm: brokers frozen and thawed in turn',
    run: (world, random) =>
      underLoad(world, async () => {
        const frames = () => world.kafka.proxies.reduce((sum, { stats }) => sum + stats.frames, 0)
        const [framesBefore, startedAtMs] = [frames(), performance.now()]
        for (let i = 0; i < 4; i++) {
          const broker = random.pick(world.kafka.cluster.brokers)
          await broker.freeze()
          await sleep(random.between(3_000, 4_500))
          broker.thaw()
          await sleep(random.between(500, 1_500))
        }
        const perSecond = (frames() - framesBefore) / ((performance.now() - startedAtMs) / 1_000)
        assert.ok(perSecond < 5_000, `${perSecond} frames a second: a hot loop`)
      }),
  },
  {
    number: 20,
    name: 'partitions added: not ready, nothing moves',
    run: (world) =>
      underLoad(world, async () => {
        await world.addPartitions(12)
        const deadlineMs = performance.now() + GATEWAY_READY_TIMEOUT_MS
        while ((await world.gateway.status('/readyz')) === 200) {
          assert.ok(performance.now() < deadlineMs, 'it should not be ready any more')
          await sleep(100)
        }
      }),
    environment: { KAFKA_METADATA_MAX_AGE_MS: '1000' },
  },
  {
    number: 21,
    name: 'producer state expired on the brokers',
    run: (world) =>
      underLoad(world, async () => {
        const sent = await world.pauseLoad()
        assert.ok(sent > 0)
        await sleep(6_000)
        world.startLoad()
        await world.load.more(WARM_UP)
      }),
  },
]

export const CASES: readonly FaultCase[] = [
  ...ORDINARY_CASES,
  ...DISK_CASES,
  ...CREDENTIALS_CASES,
  ...NAMES_CASES,
  ...LIMIT_CASES,
  ...QUOTA_CASES,
  ...UPLOAD_CASES,
]

/** Some tills send uploads, and all are impatient now and then. */
const HEAVY = {
  tills: 150,
  stores: 100,
  pauseMs: 10,
  uploaders: 30,
  invoicesPerUpload: 40,
  impatience: { chance: 0.1, withinMs: 2_000 },
}

/** For the usual use of kafkajs, which takes no uploads and ends when a till breaks off a request. */
export const PATIENT_TILLS: Partial<LoadOptions> = { tills: 150, stores: 100, pauseMs: 10 }

/** Random kills, freezes, restarts and wire faults from one seed, for about `seconds`. */
export function randomPlan(seconds: number, load: Partial<LoadOptions> = HEAVY): FaultCase {
  return {
    number: 0,
    name: 'random plan',
    run: (world, random) =>
      underLoad(
        world,
        async () => {
          const endMs = performance.now() + seconds * 1_000
          const wireRandom = randomFrom(random.below(2 ** 31))
          world.onProduceAnswers(() => {
            const chance = wireRandom.next()
            if (chance < 0.04) return { type: 'drop' }
            if (chance < 0.08) return { type: 'reset' }
            if (chance < 0.12) return { type: 'cut' }
            if (chance < 0.16) return { type: 'delay', delayMs: wireRandom.between(10, 2_000) }
            return { type: 'forward' }
          })
          while (performance.now() < endMs) {
            const broker = random.pick(world.kafka.cluster.brokers)
            const fault = random.pick(['kill', 'freeze', 'restart', 'resets', 'none'] as const)
            if (fault === 'kill') await killAndReturn(world, broker.id, random.between(100, 4_000))
            if (fault === 'restart') {
              await broker.stop()
              await broker.start()
            }
            if (fault === 'freeze') {
              await broker.freeze()
              await sleep(random.between(500, 6_000))
              broker.thaw()
            }
            if (fault === 'resets') world.kafka.proxies[broker.id]?.resetConnections()
            await sleep(random.between(500, 3_000))
          }
          world.onWire(null)
        },
        load,
      ),
  }
}
