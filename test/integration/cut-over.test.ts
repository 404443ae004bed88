import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startKafka } from '../../dev/kafka/cluster.ts'
import { freePorts } from '../../dev/kafka/ports.ts'
import { cachedPartitionOf } from '../../src/invoice/partition.ts'
import type { LogRecord } from '../../src/kafka/read-topic.ts'
import { spawnCli, startServe } from '../harness/cli-process.ts'
import { startLoad } from '../harness/load.ts'
import { recordsOf } from '../harness/read-topic.ts'
import { identityOf } from '../harness/till.ts'

const TILLS = 24
const STORES = 12

test('a cut-over to a topic with more partitions keeps every invoice and the order of each store (docs/scaling.md)', async (t) => {
  const kafka = await startKafka()
  t.after(() => kafka.stop())
  const KAFKA_BROKERS = kafka.bootstrap.join()
  const [port] = (await freePorts(1)) as [number]
  const serve = async (KAFKA_TOPIC: string, KAFKA_PARTITIONS: string) => {
    const gateway = await startServe({ KAFKA_BROKERS, KAFKA_TOPIC, KAFKA_PARTITIONS, PORT: String(port) })
    t.after(() => gateway.end())
    return gateway
  }
  const topics = async (KAFKA_TOPIC: string, KAFKA_PARTITIONS: string) => {
    const args = ['topics', 'create', '--partitions', KAFKA_PARTITIONS, '--replication-factor', '1']
    const started = spawnCli(args, { KAFKA_BROKERS, KAFKA_TOPIC, KAFKA_PARTITIONS })
    t.after(() => started.end())
    assert.equal((await started.exited).code, 0, started.output())
  }
  await topics('invoices', '3')
  const old = await serve('invoices', '3')
  await old.untilReady()
  const load = startLoad({ url: old.url, tills: TILLS, stores: STORES, pauseMs: 10 })
  await load.more(200)

  await topics('invoices.2', '8') // 1. the new topic, while the old one is written to
  old.child.kill('SIGTERM') // 2. every gateway stops; tills keep their invoices
  assert.deepEqual(await old.exited, { code: 0, signal: null })
  const oldEnd = (await recordsOf(kafka.bootstrap, 'invoices')).length
  const mistaken = await serve('invoices.2', '3') // the old number with the new topic
  await mistaken.untilNotReady('8 partitions')
  await mistaken.end()
  const young = await serve('invoices.2', '8') // 3. gateways with the new topic
  await young.untilReady()
  await load.more(200)
  const sent = await load.stop()
  assert.deepEqual(load.failures, [])

  const before = await recordsOf(kafka.bootstrap, 'invoices')
  assert.equal(before.length, oldEnd, 'nothing is written to the old topic any more')
  const after = await recordsOf(kafka.bootstrap, 'invoices.2')
  assert.ok(after.length >= 200)
  const moved = movedStores()
  assert.ok(moved.length > 0, 'some stores change their partition, so that order is at stake')

  // 4. a consumer that reads the old topic to its end before the new one
  const consumed = firstOccurrences([...before, ...after])
  const expected = Map.groupBy(sent, ({ storeId, terminalId }) => `${storeId}/${terminalId}`)
  assert.equal(expected.size, TILLS)
  for (const [till, invoices] of expected)
    assert.deepEqual(
      consumed.get(till),
      invoices.map(({ sequenceNumber }) => sequenceNumber),
      till,
    )
  // and the check can fail: the other way round is out of order
  const wrong = firstOccurrences([...after, ...before])
  assert.notDeepEqual(wrong.get([...expected.keys()][0] as string), consumed.get([...expected.keys()][0] as string))
})

/** The numbers of each till as they come; a copy, of an invoice that was answered `unknown`, counts once. */
function firstOccurrences(records: readonly LogRecord[]): Map<string, number[]> {
  const seen = new Set<string>()
  const numbers = new Map<string, number[]>()
  for (const { value } of records) {
    const invoice = JSON.parse(String(value))
    if (seen.has(identityOf(invoice))) continue
    seen.add(identityOf(invoice))
    const till = `${invoice.storeId}/${invoice.terminalId}`
    numbers.set(till, [...(numbers.get(till) ?? []), invoice.sequenceNumber])
  }
  return numbers
}

function movedStores(): string[] {
  const [before, after] = [cachedPartitionOf(3), cachedPartitionOf(8)]
  return Array.from({ length: STORES }, (_, i) => `S${i}`).filter((storeId) => before(storeId) !== after(storeId))
}
