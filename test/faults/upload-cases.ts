import { setTimeout as sleep } from 'node:timers/promises'
import type { Action } from '../../dev/kafka/wire-delivery.ts'
import { type FaultCase, killAndReturn, underLoad } from './fault-case.ts'

/** Few stores, so that many tills share a lane, and small batches, so that many of them wait there. */
const OVERLAPPING = {
  tills: 60,
  stores: 12,
  uploaders: 60,
  invoicesPerUpload: 30,
  impatience: { chance: 0.7, withinMs: 1_500 },
}

/** Deadlines pass one by one while records wait, and tills send failed ones again before the rest has failed. */
const OVERLAPPING_UPLOADS: FaultCase = {
  number: 28,
  name: 'overlapping uploads: cut off, hung up, sent again while open',
  environment: {
    MAX_BATCH_RECORDS: '3',
    DELIVERY_TIMEOUT_MS: '1000',
    STALL_AFTER_MS: '900',
    KAFKA_REQUEST_TIMEOUT_MS: '2000',
    KAFKA_ACK_TIMEOUT_MS: '1000',
  },
  run: (world, random) =>
    underLoad(
      world,
      async () => {
        const slow = (): Action => ({ type: 'delay', delayMs: random.between(100, 300) })
        for (let i = 0; i < 3; i++) {
          world.onProduceAnswers(slow)
          await sleep(5_000)
          world.onWire(null)
          const broker = world.broker(await world.leaderOf(i))
          await broker.freeze()
          await sleep(random.between(900, 2_500))
          broker.thaw()
        }
        world.onProduceAnswers(slow)
        await killAndReturn(world, await world.leaderOf(3), 2_000)
        await sleep(2_000)
        world.onWire(null)
      },
      OVERLAPPING,
    ),
}

export const UPLOAD_CASES: readonly FaultCase[] = [OVERLAPPING_UPLOADS]
