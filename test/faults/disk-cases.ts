import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../dev/kafka/eventually.ts'
import { type ProxiedKafka, startProxiedKafka } from '../../dev/kafka/proxied-cluster.ts'
import { mountSmallDisk, type SmallDisk } from '../harness/small-disk.ts'
import { type FaultCase, underLoad, WARM_UP } from './fault-case.ts'
import type { World } from './world.ts'

/** One broker has all its data on a small disk; the other has a second log directory on another small disk. */
const [SINGLE, DOUBLE] = [0, 1]
const NOTICED_WITHIN_MS = 30_000

interface Disks {
  readonly single: SmallDisk
  readonly double: SmallDisk
}

const disksOf = new WeakMap<ProxiedKafka, Disks>()

async function startOnSmallDisks(): Promise<ProxiedKafka> {
  const single = mountSmallDisk('single')
  const double = mountSmallDisk('double')
  const unmount = () => {
    single.unmount()
    double.unmount()
  }
  const logDirs = (brokerId: number, data: string) => {
    if (brokerId === SINGLE) return [join(single.path, 'data')]
    return brokerId === DOUBLE ? [data, join(double.path, 'data')] : [data]
  }
  try {
    const kafka = await startProxiedKafka({ brokers: 3, logDirs })
    const stop = async () => {
      await kafka.stop()
      unmount()
    }
    const onDisks = { ...kafka, stop }
    disksOf.set(onDisks, { single, double })
    return onDisks
  } catch (error) {
    unmount()
    throw error
  }
}

const NO_SPACE = /No space left on device/
const logOf = (world: World, id: number) => readFileSync(world.broker(id).logFile, 'utf8')

function disks(world: World): Disks {
  return disksOf.get(world.kafka) as Disks
}

/** Disks that fill up under real brokers. */
export const DISK_CASES: readonly FaultCase[] = [
  {
    number: 18,
    name: 'disk full: the broker ends, and returns when there is space',
    startBrokers: startOnSmallDisks,
    run: (world, random) =>
      underLoad(world, async () => {
        const { single } = disks(world)
        single.fill()
        try {
          await world.broker(SINGLE).ended(NOTICED_WITHIN_MS)
          assert.match(logOf(world, SINGLE), NO_SPACE)
          await world.load.more(WARM_UP)
          await sleep(random.between(0, 2_000))
        } finally {
          single.free()
        }
        await world.broker(SINGLE).start()
      }),
  },
  {
    number: 18,
    name: 'a log directory fails, its broker goes on with the other',
    startBrokers: startOnSmallDisks,
    run: (world, random) =>
      underLoad(world, async () => {
        const { double } = disks(world)
        const led = async () => (await world.leaders()).filter((leader) => leader === DOUBLE).length
        const before = await led()
        double.fill()
        try {
          await eventually('leaders elsewhere', NOTICED_WITHIN_MS, 100, async () => (await led()) < before || undefined)
          assert.match(logOf(world, DOUBLE), NO_SPACE)
          assert.ok(world.broker(DOUBLE).pid > 0, 'it goes on')
          await world.load.more(WARM_UP)
          await sleep(random.between(0, 2_000))
        } finally {
          double.free()
        }
        await world.broker(DOUBLE).stop()
        await world.broker(DOUBLE).start()
      }),
  },
]
