/**
 * `npm run ticks`: Kafka, the topic `ticks`, and the handler of examples/ticks. `npm run ticks -- --help` says the rest.
 * What is sent is deleted at the end: the feed makes the same ticks again from its seed.
 */
import { startTicks } from '../examples/ticks/handler.ts'
import { type Delivery, PRODUCER_SETTINGS } from '../src/kafka/delivery.ts'
import { wholeNumber } from '../src/tools/terminal/forms.ts'
import { parseOptions, readValue } from '../src/tools/terminal/options.ts'
import { namedBrokers, runEmbeddedKafka } from './embedded-kafka.ts'
import { createTopic } from './kafka/topics.ts'
import { tryToListen } from './listen-on.ts'
import { type Run, runUntilStopped } from './run-until-stopped.ts'
import { isHelp } from './start-arguments.ts'

const HOST = '127.0.0.1'
const TOPIC = 'ticks'
const PARTITIONS = 6

const HELP = `npm run ticks: Kafka, the topic ticks and the handler of examples/ticks, until Ctrl-C. Nothing is kept.

  TICKS_PORT      the handler's port (default: 7070)
  TICKS_WORKERS   threads that inflate and validate (default: 2); 0: the main thread does
  DELIVERY        ${Object.keys(PRODUCER_SETTINGS).join(', ')} (default: exactly-once)
  KAFKA_BROKERS   HOST:PORT of a Kafka to use instead; then its topic stays`

runUntilStopped(async (run) => {
  const args = process.argv.slice(2)
  if (args.some(isHelp)) return HELP
  parseOptions(args, {})
  return await start(run)
})

async function start(run: Run): Promise<string> {
  const { TICKS_PORT = '7070', TICKS_WORKERS = '2', DELIVERY = 'exactly-once' } = process.env
  const port = readValue('TICKS_PORT', wholeNumber(0, 65_535), TICKS_PORT)
  const workers = readValue('TICKS_WORKERS', wholeNumber(0, 64), TICKS_WORKERS)
  if (!(DELIVERY in PRODUCER_SETTINGS)) throw new Error(`DELIVERY is one of ${Object.keys(PRODUCER_SETTINGS)}`)
  await tryToListen(HOST, port).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error
    throw new Error(`port ${port} is in use by another process: set TICKS_PORT to a free one, or stop that process`)
  })
  const brokers = namedBrokers(process.env) ?? (await runEmbeddedKafka(run))
  run.onProgress(`Preparing topic ${TOPIC}`)
  await createTopic(brokers, { topic: TOPIC, partitions: PARTITIONS })
  run.onProgress('Connecting the handler to Kafka')
  const ticks = await startTicks({
    ...{ brokers, topic: TOPIC, partitions: PARTITIONS, delivery: DELIVERY as Delivery },
    ...{ host: HOST, port, workers },
    onTrouble: (message) => console.error(message),
  })
  run.onStop(ticks.stop, 'the handler')
  return `
Waiting for feeds on port ${ticks.port}. Send ticks:

  npm run ticks:feed -- --port ${ticks.port}

Read the topic back:

  KAFKA_BROKERS=${brokers} KAFKA_TOPIC=${TOPIC} npx tillgate tail --from beginning

Ctrl-C stops both, and deletes the ticks.`
}
