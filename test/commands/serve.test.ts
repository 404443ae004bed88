import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { startServe } from '../harness/cli-process.ts'
import { send } from '../harness/exchange.ts'
import { sampleInvoice } from '../invoice/generate.ts'
import { API, FakeCluster, type FakeRequest } from '../kafka/fake-broker.ts'

/** Ends a gateway in a process of its own, over a broker that answers to its invoice once it drains, or never. */
async function endOver(t: TestContext, isAnswered: boolean) {
  const cluster = await FakeCluster.start(1)
  t.after(() => cluster.stop())
  const [broker] = cluster.brokers
  const inFlight = Promise.withResolvers<FakeRequest>()
  broker!.script = (request) => {
    if (request.apiKey !== API.produce) return false
    inFlight.resolve(request)
    return true
  }
  const gateway = await startServe({
    KAFKA_BROKERS: cluster.bootstrap.join(),
    KAFKA_TOPIC: cluster.topic,
    KAFKA_PARTITIONS: String(cluster.partitions),
    SHUTDOWN_TIMEOUT_MS: isAnswered ? '20000' : '2500',
  })
  t.after(() => gateway.end())
  await gateway.untilReady()
  const invoice = sampleInvoice({ storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber: 1 })
  const answered = send(gateway.url, Buffer.from(JSON.stringify(invoice)))
  const request = await inFlight.promise
  gateway.child.kill('SIGTERM')
  await gateway.untilLogged(/"draining"/)
  if (isAnswered) request.send(request.soundAnswer())
  return { status: (await answered).status, ...(await gateway.exited) }
}

test('SIGTERM ends it with 0 once everything in flight has its outcome', async (t) => {
  assert.deepEqual(await endOver(t, true), { status: 201, code: 0, signal: null })
})

test('SIGTERM ends it with 3 if the shutdown time-out came before an outcome: that invoice is unknown', async (t) => {
  assert.deepEqual(await endOver(t, false), { status: 504, code: 3, signal: null })
})
