/**
 * `npm run test:quota`: a quota of 20,000 bytes a second for each client, then 2,000 for 20 s, then none. Prints what the
 * gateway stored meanwhile, and how long it and Java's producer, on the same broker in the same minutes, had no
 * acknowledgement after that. Takes up to three minutes. Exit code 1 when the gateway takes longer than its bound.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startKafka } from '../../dev/kafka/cluster.ts'
import { setProducerQuota } from '../../dev/kafka/quotas.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'
import { startLoad } from '../harness/load.ts'
import { startJavaProducer } from './java-producer.ts'

parseArgs({ options: {} }) // refuses any

const PARTITIONS = 6
/** As long as a pause is kept on one connection at most. */
const BOUND_MS = 20_000
/** A broker announces at most about this, with the usual window of 11 s. */
const GIVE_UP_AFTER_MS = 120_000

/** Until `acknowledged` has grown. */
async function untilMore(acknowledged: () => Promise<number>): Promise<number> {
  const [before, startedAtMs] = [await acknowledged(), performance.now()]
  while ((await acknowledged()) === before && performance.now() - startedAtMs < GIVE_UP_AFTER_MS) await sleep(50)
  return performance.now() - startedAtMs
}

const kafka = await startKafka()
let oursMs = Number.POSITIVE_INFINITY
try {
  for (const topic of ['gateway', 'java']) await kafka.createTopic({ topic, partitions: PARTITIONS })
  const gateway = await GatewayProcess.start({
    KAFKA_BROKERS: kafka.bootstrap.join(','),
    KAFKA_TOPIC: 'gateway',
    KAFKA_PARTITIONS: String(PARTITIONS),
    DRAIN_DELAY_MS: '0',
    LOG_LEVEL: 'warn',
  })
  const java = await startJavaProducer(kafka.bootstrap, 'java', PARTITIONS, 5_000)
  const load = startLoad({ url: gateway.url, tills: 24, stores: 18, pauseMs: 400, giveUpAfterMs: 300_000 })
  await load.more(500)
  for (const [bytesPerSecond, ms] of [
    [20_000, 25_000],
    [2_000, 20_000],
  ] as const) {
    await setProducerQuota(kafka.bootstrap, bytesPerSecond)
    const [before, javaBefore] = [load.acknowledged, await java.acknowledged()]
    await sleep(ms)
    const [ours, javas] = [load.acknowledged - before, (await java.acknowledged()) - javaBefore]
    console.log(`${bytesPerSecond} bytes/s for ${ms / 1_000} s: gateway ${ours} invoices, Java ${javas} records`)
  }
  await setProducerQuota(kafka.bootstrap, null)
  const first = [untilMore(async () => load.acknowledged), untilMore(java.acknowledged)] as const
  oursMs = await first[0]
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`
  console.log(
    `first acknowledgement after the quota was removed: gateway ${seconds(oursMs)}, bound ${seconds(BOUND_MS)}`,
  )
  console.log(`Java ${seconds(await first[1])}`)
  console.log(`answers to tills that said unknown: ${load.unknown}`)
  await Promise.all([load.stop(), java.stop()])
  await gateway.end('SIGTERM')
} finally {
  await kafka.stop()
}
process.exit(oursMs < BOUND_MS ? 0 : 1)
