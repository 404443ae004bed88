import kafkajs, { type EachBatchPayload } from 'kafkajs'
import pg from 'pg'
import './codecs.ts'
import { invoiceIn } from './record.ts'
import { positionOf, store } from './store.ts'

const { KAFKA_BROKERS = '127.0.0.1:9092', KAFKA_TOPIC: topic = 'pos.invoices', DATABASE_URL } = process.env

const pool = new pg.Pool({
  connectionString: DATABASE_URL,
  connectionTimeoutMillis: 5_000,
  query_timeout: 30_000,
  idle_in_transaction_session_timeout: 10_000, // a frozen sink does not hold a partition's row for ever
})
const kafka = new kafkajs.Kafka({ clientId: 'sink-postgres', brokers: KAFKA_BROKERS.split(',') })
const admin = kafka.admin()
// kafkajs reads only what is committed, unless `readUncommitted` is set.
const consumer = kafka.consumer({ groupId: `sink-postgres-${topic}`, sessionTimeout: 6_000 })

/** Any error ends the process. Whatever starts it again (systemd, Kubernetes) lets it go on from its position. */
function fail(error: unknown): never {
  console.error(error)
  process.exit(1)
}

/** Kafka would begin anew, without a word, at a position that it does not have. */
async function checkThatItIsThere(partition: number, position: bigint): Promise<void> {
  const bounds = (await admin.fetchTopicOffsets(topic)).find((it) => it.partition === partition)
  if (bounds === undefined) return
  if (position < BigInt(bounds.low))
    throw new Error(`${topic}/${partition}: ${position} was deleted before it was read`)
  if (position > BigInt(bounds.high))
    throw new Error(`${topic}/${partition}: ends before ${position}: is it another topic?`)
}

/** Positions are in the database only: the group gives out partitions, and commits no offset. */
async function goToPositions(partitions: readonly number[]): Promise<void> {
  for (const partition of partitions) {
    const position = await positionOf(pool, topic, partition)
    if (position > 0n) await checkThatItIsThere(partition, position)
    consumer.seek({ topic, partition, offset: String(position) })
  }
}

async function take({ batch }: EachBatchPayload): Promise<void> {
  const { partition, messages } = batch
  const position = await positionOf(pool, topic, partition)
  // Transactions leave offsets without records, too; then nothing was deleted.
  if (position > 0n && BigInt(messages[0]?.offset ?? 0) > position) await checkThatItIsThere(partition, position)
  const records = messages.flatMap((message) => {
    const invoice = invoiceIn(message)
    if (invoice === undefined) console.error(`${topic}/${partition}/${message.offset}: not an invoice, left out`)
    return invoice === undefined ? [] : [{ offset: message.offset, invoice }]
  })
  await store(pool, { topic, partition, records, nextOffset: BigInt(batch.lastOffset()) + 1n })
}

let isStopping = false
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, async () => {
    isStopping = true
    setTimeout(fail, 10_000, new Error('it did not stop within 10 s'))
    await consumer.disconnect() // once the rows that were fetched are stored
    process.exit()
  })

consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
  goToPositions(payload.memberAssignment[topic] ?? []).catch((error) => isStopping || fail(error))
})
consumer.on(consumer.events.CRASH, ({ payload }) => fail(payload.error))
await admin.connect()
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
await consumer.run({ autoCommit: false, eachBatch: (payload) => take(payload).catch(fail) })
