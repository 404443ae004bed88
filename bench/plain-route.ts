/**
 * What the gateway is compared with: a bare Fastify route that validates the same invoices and answers with the same
 * receipts, logger off. Without Kafka (`PLAIN_ROUTE=bare`), or with the usual use of kafkajs (`naive`): one `send` of a
 * shared idempotent producer for each request. And the floor (`floor`): a route that reads the body, does nothing with it
 * and answers with a receipt that never changes. A process that takes the variables of `tillgate serve` that it needs.
 */
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import kafkajs from 'kafkajs'
import { tuneHeap } from '../src/heap.ts'
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

/** What the floor answers. */
const FIXED = { storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber: 1 }
const FIXED_RECEIPT = toReceipt(FIXED, { topic, partition: 0, offset: '0' }, new Date().toISOString())

const nowhere: Publish = async () => ({ topic, partition: 0, offset: '0' })
if (PLAIN_ROUTE !== 'naive') tuneHeap() // so that the gateway gains nothing over the route by it
const publish = PLAIN_ROUTE === 'naive' ? await naively() : nowhere

const app = fastify({ logger: false })
app.removeAllContentTypeParsers()
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.get('/readyz', (_request, reply: FastifyReply) => reply.send('ok'))
const options = { schema: { response: { 201: ReceiptSchema } } }
app.post<{ Body: Buffer }>('/v1/invoices', options, PLAIN_ROUTE === 'floor' ? answerAtOnce : answerValid)
await app.listen({ host: HOST ?? '127.0.0.1', port: Number(PORT) })

async function answerAtOnce(_request: FastifyRequest, reply: FastifyReply) {
  reply.code(201).header('location', identityPath(FIXED))
  return FIXED_RECEIPT
}

async function answerValid(request: FastifyRequest<{ Body: Buffer }>, reply: FastifyReply) {
  const receivedAt = new Date()
  const valid = validateInvoice(request.body, { arithmetic: () => 'strict', receivedAt })
  if (valid.kind !== 'valid') return reply.code(422).send(valid.errors)
  const place = await publish(valid, request.body, receivedAt.toISOString())
  reply.code(201).header('location', identityPath(valid.identity))
  return toReceipt(valid.identity, place, receivedAt.toISOString())
}
