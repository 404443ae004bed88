import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { type Identity, identityText } from '../../src/invoice/identity.ts'
import { partitionOf } from '../../src/invoice/partition.ts'
import { toRecord } from '../../src/invoice/record.ts'
import kafkajs, { type Message, type Producer } from '../../src/kafka/kafkajs/index.ts'
import type { LogRecord } from '../../src/kafka/read-topic.ts'
import { sampleInvoice } from '../../src/tools/simulate/sample-invoice.ts'
import { type Random, randomFrom } from '../harness/random.ts'

export const PARTITIONS = 2
const STORES = ['S1', 'S2', 'S3', 'S4', 'S5']
const ROUND = { records: 60, pauseMs: 20 }

/** What the sink should have made of a raw topic. */
export interface Expected {
  readonly firsts: readonly LogRecord[]
  readonly conflicts: readonly { readonly record: LogRecord; readonly firstOffset: number }[]
}

/**
 * Writes what tills send that resend: new invoices, older ones again (as they were, or serialised anew), other content
 * under a number that is taken, and records that are no invoices. The first of each goes to `<topic>.unique`, too, in
 * transactions of which every third is aborted and written again.
 */
export async function writeUntil(isEnough: () => boolean, bootstrap: string[], topic: string): Promise<void> {
  const client = new kafkajs.Kafka({ brokers: bootstrap, logLevel: kafkajs.logLevel.NOTHING })
  const raw = client.producer({ idempotent: true, maxInFlightRequests: 1 })
  const unique = client.producer({ idempotent: true, maxInFlightRequests: 1, transactionalId: `${topic}-unique` })
  await Promise.all([raw.connect(), unique.connect()])
  const random = randomFrom(7)
  const numbers = new Map<string, number>()
  const firsts = new Set<string>()
  try {
    for (let round = 0; !isEnough(); round++) {
      const drawn = Map.groupBy(
        Array.from({ length: ROUND.records }, () => draw(random, numbers)),
        ({ partition }) => partition,
      )
      for (const messages of drawn.values()) {
        const [answer] = await raw.send({ topic, messages })
        const placed = messages.map((message, i) => ({ ...message, offset: Number(answer?.baseOffset) + i }))
        const fresh = placed.filter(({ identity }) => identity && !firsts.has(identity) && firsts.add(identity))
        const copies = fresh.map(({ offset, headers, ...message }) => {
          return { ...message, headers: { ...headers, 'pos-raw-offset': String(offset) } }
        })
        if (round % 3 === 0) await inTransaction(unique, `${topic}.unique`, copies, 'abort')
        await inTransaction(unique, `${topic}.unique`, copies, 'commit')
      }
      await sleep(ROUND.pauseMs)
    }
  } finally {
    await Promise.all([raw.disconnect(), unique.disconnect()])
  }
}

/** The first record of each identity, and the later ones with other content, by the rule in docs/reading.md. */
export function expectedOf(records: readonly LogRecord[]): Expected {
  const firsts = new Map<string, LogRecord>()
  const conflicts: { record: LogRecord; firstOffset: number }[] = []
  for (const record of records) {
    if (record.headers.ce_id === undefined) continue
    const identity = `${record.headers.ce_source}/${record.headers.ce_id}`
    const first = firsts.get(identity)
    if (first === undefined) firsts.set(identity, record)
    else if (!isDeepStrictEqual(JSON.parse(String(first.value)), JSON.parse(String(record.value))))
      conflicts.push({ record, firstOffset: first.offset })
  }
  return { firsts: [...firsts.values()], conflicts }
}

async function inTransaction(producer: Producer, topic: string, messages: Message[], end: 'commit' | 'abort') {
  if (messages.length === 0) return
  const transaction = await producer.transaction()
  await transaction.send({ topic, messages })
  await transaction[end]()
}

function draw(random: Random, numbers: Map<string, number>) {
  const storeId = random.pick(STORES)
  const partition = partitionOf(Buffer.from(storeId), PARTITIONS)
  const kind = random.next()
  if (kind < 0.02) return { partition, key: storeId, value: 'not an invoice', identity: undefined }
  const terminalId = `T${random.below(3)}`
  const journal = { storeId, terminalId, journalId: 'J1' }
  const last = numbers.get(terminalId + storeId) ?? 0
  const isNew = kind < 0.7 || last === 0
  const sequenceNumber = isNew ? last + 1 : 1 + random.below(last)
  if (isNew) numbers.set(terminalId + storeId, sequenceNumber)
  const identity: Identity = { ...journal, sequenceNumber }
  const invoice = sampleInvoice({ ...identity, occurredAt: new Date('2026-03-01T08:00:00Z') })
  if (kind >= 0.9) invoice.receiptNumber = `other ${random.below(3)}`
  const members = Object.entries(invoice)
  const body = kind >= 0.8 ? JSON.stringify(Object.fromEntries(members.reverse()), null, 1) : JSON.stringify(invoice)
  const context = {
    receivedAt: new Date().toISOString(),
    traceparent: undefined,
    principal: null,
    ingest: 'live',
  } as const
  const { key, value, headers } = toRecord({ invoice, identity, warnings: [] }, Buffer.from(body), context)
  return { partition, key, value, headers, identity: identityText(identity) }
}
