/**
 * `npm start`: an embedded Kafka (or the one of KAFKA_BROKERS), the topic, a gateway on port 8080 and what to try.
 * Ctrl-C stops all of it, the gateway first.
 */
import { readConfig } from '../src/config.ts'
import { type Gateway, startGateway } from '../src/gateway.ts'
import { createLogger } from '../src/observability/logger.ts'
import { kafkaFromEnvironment } from './kafka/from-environment.ts'
import { createProgressLines } from './progress.ts'

const SAMPLE = 'openapi/examples/sale.json'

async function start(): Promise<void> {
  const lines = createProgressLines(process.stdout)
  const kafka = await kafkaFromEnvironment({ onProgress: lines.onProgress }).finally(lines.end)
  const config = readConfig({ DRAIN_DELAY_MS: '0', ...process.env, KAFKA_BROKERS: kafka.bootstrap.join(',') })
  let gateway: Gateway
  try {
    await kafka.createTopic({ topic: config.KAFKA_TOPIC, partitions: config.KAFKA_PARTITIONS })
    gateway = await startGateway(config, createLogger(config.LOG_LEVEL))
    await gateway.ready
  } catch (error) {
    await kafka.stop()
    throw error
  }
  console.log(whatToTry(gateway.url, config.KAFKA_BROKERS))

  let isStopping = false
  const stop = async () => {
    if (isStopping) return
    isStopping = true
    console.log('Stopping the gateway, then Kafka ...')
    await gateway.stop()
    await kafka.stop()
    process.exit(0)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

function whatToTry(url: string, brokers: string): string {
  return `
Tillgate is ready at ${url}

Post an invoice (201 and a receipt; the same line again makes a second, equal record, as a till's resend would):

  curl -i ${url}/v1/invoices -H 'content-type: application/json' --data-binary @${SAMPLE}

Read the topic back:

  KAFKA_BROKERS=${brokers} npx tillgate tail --from beginning

The HTTP API for people: ${url}/docs    Ctrl-C stops everything.
`
}

start().catch((error: Error) => {
  console.error(error.message)
  process.exit(1)
})
