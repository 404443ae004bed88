import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startKafka } from '../../dev/kafka/cluster.ts'
import { setProducerQuota } from '../../dev/kafka/quotas.ts'
import { startServe } from '../harness/cli-process.ts'
import { invoiceBody, send } from '../harness/exchange.ts'

const STORES = 60

test('a quota that holds invoices back is told as such, and when it is removed they are taken within seconds', async (t) => {
  const kafka = await startKafka({ brokerConfig: { 'quota.window.num': '3' } })
  t.after(() => kafka.stop())
  await kafka.createTopic({ topic: 'pos.invoices', partitions: 6 })
  const environment = {
    KAFKA_BROKERS: kafka.bootstrap.join(','),
    KAFKA_PARTITIONS: '6',
    DELIVERY_TIMEOUT_MS: '3000',
    STALL_AFTER_MS: '2500',
    MAX_QUEUE_MS: '2000',
  }
  const gateway = await startServe(environment)
  t.after(() => gateway.end())
  await gateway.untilReady()
  const sendAll = (sequenceNumber: number) =>
    Promise.all(Array.from({ length: STORES }, (_, n) => send(gateway.url, invoiceBody(`S${n}`, sequenceNumber))))

  await setProducerQuota(kafka.bootstrap, 1_000)
  const answers = [...(await sendAll(1)), ...(await sendAll(2))]
  const said = answers.map(({ status, document }) => `${status} ${document.outcome} ${document.type?.split('/').pop()}`)
  // One request goes through before each pause; what is held back has not left.
  assert.deepEqual(new Set(said), new Set(['201 undefined undefined', '503 rejected throttled']))
  await gateway.untilLogged(/"kafka throttles: a quota is exceeded"/)
  const metrics = async () => await (await fetch(`${gateway.adminUrl}/metrics`)).text()
  assert.match(await metrics(), /^tillgate_kafka_throttled\{broker="127\.0\.0\.1:\d+"\} 1$/m)
  assert.match(await metrics(), /^tillgate_kafka_throttle_seconds_total\{broker="127\.0\.0\.1:\d+"\} [1-9]/m)
  assert.equal((await gateway.readiness()).status, 200, 'other instances are throttled, too')

  await setProducerQuota(kafka.bootstrap, null)
  const removedAtMs = performance.now()
  while ((await send(gateway.url, invoiceBody('S0', 2))).status !== 201)
    assert.ok(performance.now() - removedAtMs < 30_000, 'it should be taken by now')
  t.diagnostic(`taken ${Math.round(performance.now() - removedAtMs)} ms after the quota was removed`)
  await gateway.untilLogged(/"kafka no longer throttles"/)
  const levels = gateway.log().filter(({ msg }) => /session-|failed/.test(String(msg)))
  assert.deepEqual(levels, [], 'no producer was replaced')
})
