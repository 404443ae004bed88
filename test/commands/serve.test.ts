import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../dev/kafka/eventually.ts'
import { DEADLINE_MS, startServe } from '../harness/cli-process.ts'
import { scrape, send } from '../harness/exchange.ts'
import { sampleInvoice } from '../invoice/generate.ts'
import { API, FakeCluster } from '../kafka/fake-broker.ts'

/** A gateway in a process of its own, over a broker that answers to invoices after `ackMs`, or never. */
async function serveOver(t: TestContext, ackMs: number | null) {
  const cluster = await FakeCluster.start(1)
  t.after(() => cluster.stop())
  const [broker] = cluster.brokers
  broker!.script = (request) => {
    if (request.apiKey !== API.produce) return false
    if (ackMs !== null) void sleep(ackMs).then(() => request.send(request.soundAnswer()))
    return true
  }
  const gateway = await startServe({
    KAFKA_BROKERS: cluster.bootstrap.join(),
    KAFKA_TOPIC: cluster.topic,
    KAFKA_PARTITIONS: String(cluster.partitions),
    SHUTDOWN_TIMEOUT_MS: '2500',
  })
  t.after(() => gateway.end())
  await gateway.untilReady()
  const invoice = sampleInvoice({ storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber: 1 })
  const answered = send(gateway.url, Buffer.from(JSON.stringify(invoice)))
  await eventually('it is in flight', DEADLINE_MS, 10, async () => {
    return (await scrape(gateway.adminUrl, 'tillgate_pending_records')) === 1 || undefined
  })
  gateway.child.kill('SIGTERM')
  return { status: (await answered).status, ...(await gateway.exited) }
}

test('SIGTERM ends it with 0 once everything in flight has its outcome', async (t) => {
  assert.deepEqual(await serveOver(t, 1_000), { status: 201, code: 0, signal: null })
})

test('SIGTERM ends it with 3 if the shutdown time-out came before an outcome: that invoice is unknown', async (t) => {
  assert.deepEqual(await serveOver(t, null), { status: 504, code: 3, signal: null })
})
