/**
 * Shows why the lanes and the changes to kafkajs are needed, and that the harness can fail: a gateway with the usual
 * use of kafkajs, one shared idempotent producer and one `send` for each request. As a process it takes the variables
 * of `tillgate serve` that it needs. It gets the same faults and the same oracles (`npm run test:naive`).
 */
import { createServer } from 'node:http'
import kafkajs from 'kafkajs'
import { partitionOf } from '../../src/invoice/partition.ts'

const { KAFKA_BROKERS, KAFKA_TOPIC, KAFKA_PARTITIONS, HOST, PORT, KAFKA_REQUEST_TIMEOUT_MS } = process.env
const topic = KAFKA_TOPIC as string
const client = new kafkajs.Kafka({
  brokers: (KAFKA_BROKERS as string).split(','),
  requestTimeout: Number(KAFKA_REQUEST_TIMEOUT_MS),
  logLevel: kafkajs.logLevel.NOTHING,
})
const producer = client.producer({ idempotent: true, allowAutoTopicCreation: false, retry: { retries: 5 } })
await producer.connect()

const server = createServer(async (request, response) => {
  const answer = (status: number, document: object) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(document))
  }
  if (request.method === 'GET') {
    response.end('tillgate_pending_records 0\n')
    return
  }
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const value = Buffer.concat(chunks)
  const { storeId, terminalId, journalId, sequenceNumber } = JSON.parse(value.toString())
  const source = `/stores/${storeId}/terminals/${terminalId}/journals/${journalId}`
  const headers = { ce_source: source, ce_id: String(sequenceNumber) }
  const partition = partitionOf(Buffer.from(storeId), Number(KAFKA_PARTITIONS))
  try {
    const [stored] = await producer.send({ topic, acks: -1, messages: [{ key: storeId, value, partition, headers }] })
    answer(201, { topic, partition, offset: stored?.baseOffset ?? null })
  } catch {
    answer(504, { type: '/problems/outcome-unknown', outcome: 'unknown' })
  }
})
server.listen(Number(PORT), HOST)
process.on('SIGTERM', () => process.exit(0))
