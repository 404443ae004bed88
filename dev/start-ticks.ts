/**
 * `npm run ticks`: an embedded Kafka (or the one of KAFKA_BROKERS), the topic `ticks`, and the handler of examples/ticks
 * on port TICKS_PORT (7070). TICKS_WORKERS and DELIVERY as in its README. Ctrl-C stops all of it, the handler first.
 */
import { startTicks, type Ticks } from '../examples/ticks/handler.ts'
import { type Delivery, PRODUCER_SETTINGS } from '../src/kafka/delivery.ts'
import { kafkaFromEnvironment } from './kafka/from-environment.ts'
import { createProgressLines } from './progress.ts'

const TOPIC = 'ticks'
const PARTITIONS = 6

async function start(): Promise<void> {
  const { TICKS_PORT = '7070', TICKS_WORKERS = '2', DELIVERY = 'exactly-once' } = process.env
  if (!(DELIVERY in PRODUCER_SETTINGS)) throw new Error(`DELIVERY is one of ${Object.keys(PRODUCER_SETTINGS)}`)
  const lines = createProgressLines(process.stdout)
  const kafka = await kafkaFromEnvironment({ onProgress: lines.onProgress }).finally(lines.end)
  let ticks: Ticks
  try {
    await kafka.createTopic({ topic: TOPIC, partitions: PARTITIONS })
    ticks = await startTicks({
      brokers: kafka.bootstrap,
      topic: TOPIC,
      partitions: PARTITIONS,
      delivery: DELIVERY as Delivery,
      host: '127.0.0.1',
      port: Number(TICKS_PORT),
      workers: Number(TICKS_WORKERS),
      onTrouble: (message) => console.error(message),
    })
  } catch (error) {
    await kafka.stop()
    throw error
  }
  console.log(`
Waiting for feeds on port ${ticks.port}. Send ticks:

  npm run ticks:feed -- --port ${ticks.port}

Read the topic back:

  KAFKA_BROKERS=${kafka.bootstrap} KAFKA_TOPIC=${TOPIC} npx tillgate tail --from beginning

Ctrl-C stops everything.`)

  let isStopping = false
  const stop = async () => {
    if (isStopping) return
    isStopping = true
    await ticks.stop()
    await kafka.stop()
    process.exit(0)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

start().catch((error: Error) => {
  console.error(error.message)
  process.exit(1)
})
