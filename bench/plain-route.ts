/**
 * What the gateway is compared with: a bare Fastify route that validates the same invoices and answers with the same
 * receipts, logger off. Without Kafka (`PLAIN_ROUTE=bare`), or with the usual use of kafkajs (`naive`): one `send` of a
 * shared idempotent producer for each request. A process that takes the variables of `tillgate serve` that it needs.
 */
import { type FastifyReply, fastify } from 'fastify'
import kafkajs from 'kafkajs'
import { letHeapGrow } from '../src/heap-growth.ts'
import { identityPath } from '../src/invoice/identity.ts'
import { partitionOf } from '../src/invoice/partition.ts'
import { ReceiptSchema, toReceipt } from '../src/invoice/receipt.ts'
import { toRecord } from '../src/invoice/record.ts'
import { validateInvoice } from '../src/invoice/validate.ts'

const { PLAIN_ROUTE, KAFKA_BROKERS, KAFKA_TOPIC, KAFKA_PARTITIONS, HOST, PORT } = process.env
const topic = String(KAFKA_TOPIC)

type Publish = (valid: Parameters<typeof toRecord>[0], body: Buffer, receivedAt: string) => Promise<Place>
type Place = Parameters<typeof toReceipt>[1]

async function naively(): Promise<Publish> {
  const client = new kafkajs.Kafka({ brokers: String(KAFKA_BROKERS).split(','), logLevel: kafkajs.logLevel.ERROR })
  const producer = client.producer({ idempotent: true, allowAutoTopicCreation: false })
  await producer.connect()
  return async (valid, body, receivedAt) => {
    const { key, value, headers } = toRecord(valid, body, {
      receivedAt,
      traceparent: undefined,
      principal: null,
      ingest: 'live',
    })
    const partition = partitionOf(key, Number(KAFKA_PARTITIONS))
    const [stored] = await producer.send({ topic, acks: -1, messages: [{ key, value, headers, partition }] })
    return { topic, partition, offset: stored?.baseOffset ?? null }
  }
}

const nowhere: Publish = async () => ({ topic, partition: 0, offset: '0' })
if (PLAIN_ROUTE === 'bare') letHeapGrow() // so that the gateway gains nothing over the route by it
const publish = PLAIN_ROUTE === 'naive' ? await naively() : nowhere

const app = fastify({ logger: false })
app.removeAllContentTypeParsers()
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.get('/readyz', (_request, reply: FastifyReply) => reply.send('ok'))
app.post<{ Body: Buffer }>('/v1/invoices', { schema: { response: { 201: ReceiptSchema } } }, async (request, reply) => {
  const receivedAt = new Date()
  const valid = validateInvoice(request.body, { arithmetic: () => 'strict', receivedAt })
  if (valid.kind !== 'valid') return reply.code(422).send(valid.errors)
  const place = await publish(valid, request.body, receivedAt.toISOString())
  reply.code(201).header('location', identityPath(valid.identity))
  return toReceipt(valid.identity, place, receivedAt.toISOString())
})
await app.listen({ host: HOST ?? '127.0.0.1', port: Number(PORT) })
