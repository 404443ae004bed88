import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../dev/kafka/eventually.ts'
import { setProducerQuota } from '../../dev/kafka/quotas.ts'
import { type FaultCase, underLoad, WARM_UP } from './fault-case.ts'

/** The longest that a pause is kept on a connection at first, and some seconds for the next request. */
const BACK_WITHIN_MS = 15_000

/** A quota of the brokers that the gateway exceeds. */
export const QUOTA_CASES: readonly FaultCase[] = [
  {
    number: 31,
    name: 'producer_byte_rate set, lowered and removed',
    // The quota counts bytes as they are sent.
    environment: { LOG_LEVEL: 'info', DELIVERY_TIMEOUT_MS: '11000', KAFKA_COMPRESSION: 'none' },
    run: (world) =>
      underLoad(world, async () => {
        const { bootstrap } = world.kafka.cluster
        const log = (text: string) => world.gateway.output.split(text).length - 1
        try {
          await setProducerQuota(bootstrap, 20_000)
          await sleep(10_000)
          await setProducerQuota(bootstrap, 2_000)
          await sleep(20_000)
          const metrics = await (await fetch(`${world.gateway.adminUrl}/metrics`)).text()
          assert.match(metrics, /^tillgate_kafka_throttle_seconds_total\{broker="[^"]+"\} [1-9]/m)
          assert.ok(log('kafka throttles') > 0, 'the log says that it began')
        } finally {
          await setProducerQuota(bootstrap, null)
        }
        const removedAtMs = performance.now()
        await world.load.more(WARM_UP)
        const tookMs = performance.now() - removedAtMs
        assert.ok(tookMs < BACK_WITHIN_MS, `${WARM_UP} acknowledgements took ${Math.round(tookMs)} ms`)
        await eventually('the log says that it ended', 60_000, 100, async () =>
          log('kafka no longer throttles') === log('kafka throttles') ? true : undefined,
        )
        assert.equal(world.load.unknown, 0, 'what a quota holds back has not left')
        assert.equal(log('session-replaced'), 0)
      }),
  },
]
