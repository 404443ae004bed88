import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { eventually } from '../dev/kafka/eventually.ts'
import { readConfig } from '../src/config.ts'
import { startGateway } from '../src/gateway.ts'
import { sampleInvoice } from './invoice/generate.ts'
import { API, FakeCluster } from './kafka/fake-broker.ts'

/** A gateway over a fake broker whose every answer to an invoice takes `ackMs`. */
async function startOver(t: TestContext, ackMs: number, settings: NodeJS.ProcessEnv, brokerHost = '127.0.0.1') {
  const cluster = await FakeCluster.start(1, brokerHost)
  const [broker] = cluster.brokers
  broker!.script = (request) => {
    if (request.apiKey !== API.produce) return false
    void sleep(ackMs).then(() => request.send(request.soundAnswer()))
    return true
  }
  const config = readConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    KAFKA_BROKERS: cluster.bootstrap.join(),
    KAFKA_TOPIC: cluster.topic,
    KAFKA_PARTITIONS: String(cluster.partitions),
    DRAIN_DELAY_MS: '0',
    ...settings,
  })
  const gateway = await startGateway(config, pino({ level: 'silent' }))
  t.after(async () => {
    await gateway.stop()
    await cluster.stop()
  })
  await gateway.ready
  return { url: gateway.url, broker: broker! }
}

/** Uploads one invoice of each terminal; resolves with the status of the answer. */
async function upload(url: string, terminals: readonly string[]): Promise<number> {
  const lines = terminals.map((terminalId) =>
    JSON.stringify(sampleInvoice({ storeId: 'S1', terminalId, journalId: 'J1', sequenceNumber: 1 })),
  )
  const headers = { 'content-type': 'application/x-ndjson' }
  const answer = await fetch(`${url}/v1/invoices/batch`, { method: 'POST', headers, body: lines.join('\n') })
  await answer.text()
  return answer.status
}

test('an upload that first waits for its place and then for Kafka keeps its connection until it is answered', async (t) => {
  const { url, broker } = await startOver(t, 1_600, {
    DELIVERY_TIMEOUT_MS: '2500',
    STALL_AFTER_MS: '2400',
    REQUEST_TIMEOUT_MS: '100',
    UPLOAD_WINDOW_RECORDS: '1',
  })
  const first = upload(url, ['T1', 'T2', 'T3', 'T4', 'T5', 'T6', 'T7', 'T8']) // as many as there are places
  await eventually('the first upload is under way', 10_000, 5, async () => broker.count(API.produce) || undefined)
  assert.equal(await upload(url, ['T9']), 200)
  assert.equal(await first, 200)
})

test('brokers and tills may have IPv6 addresses', async (t) => {
  for (const HOST of ['::1', '[::1]', '::']) {
    const { url } = await startOver(t, 0, { HOST }, '::1')
    assert.match(url, /^http:\/\/\[::1\]:\d+$/)
    assert.equal(await upload(url, ['T1']), 200)
  }
})
