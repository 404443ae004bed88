import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KafkaCluster } from '../../dev/kafka/cluster.ts'
import { type ProxiedKafka, startProxiedKafka } from '../../dev/kafka/proxied-cluster.ts'
import { assertBalance, balanceAt } from '../harness/balance.ts'
import { assertDelivered, runTills, startTestGateway } from '../harness/run.ts'

const LOAD = { tills: 50, stores: 40, invoicesPerTill: 100 }

const PRODUCE = 0

let proxied: ProxiedKafka
let kafka: KafkaCluster

before(async () => {
  proxied = await startProxiedKafka()
  kafka = proxied.cluster
})

after(() => proxied.stop())

test('5,000 invoices from 50 tills of 40 stores: none lost, none twice, in order, byte for byte', async (t) => {
  await kafka.createTopic({ topic: 'calm', partitions: 6 })
  const gateway = await startTestGateway(kafka.bootstrap, 'calm')
  await gateway.ready
  const sent = await runTills({ url: gateway.url, ...LOAD })
  assertBalance(await balanceAt(gateway.adminUrl), { acknowledged: 5_000 })
  await gateway.stop()
  const { acknowledged } = await assertDelivered(kafka.bootstrap, 'calm', sent)
  assert.equal(acknowledged, 5_000)
  assert.ok(
    sent.every(({ answers }) => answers.length === 1),
    'nothing was answered with an error',
  )
  t.diagnostic(`${acknowledged} acknowledged`)
})

test('the same while the only broker is killed and started again', async (t) => {
  await kafka.createTopic({ topic: 'killed', partitions: 6 })
  const gateway = await startTestGateway(kafka.bootstrap, 'killed')
  await gateway.ready
  let restart: Promise<void> | undefined
  const sent = await runTills({
    url: gateway.url,
    ...LOAD,
    onAnswer: (_answer, acknowledged) => {
      if (acknowledged === 1_000) restart ??= killAndRestart()
    },
  })
  await restart
  assert.ok(restart, 'the broker was killed while tills were sending')
  assert.ok(gateway.readiness().ready)
  await gateway.stop()
  const { acknowledged } = await assertDelivered(kafka.bootstrap, 'killed', sent)
  const resent = sent.filter(({ answers }) => answers.length > 1).length
  t.diagnostic(`${acknowledged} acknowledged, ${resent} resent`)
})

for (const [what, action] of [
  ['lost with the connection', { type: 'reset' }],
  ['cut in half', { type: 'cut' }],
  ['swallowed', { type: 'drop' }],
] as const) {
  test(`the same while every seventh answer to a produce request is ${what}, after the broker appended`, async (t) => {
    const topic = `answers-${action.type}`
    await kafka.createTopic({ topic, partitions: 6 })
    const gateway = await startTestGateway(proxied.bootstrap, topic, {
      KAFKA_REQUEST_TIMEOUT_MS: '1000',
      KAFKA_ACK_TIMEOUT_MS: '500',
    })
    await gateway.ready
    let answers = 0
    proxied.proxies[0]?.setRule(({ apiKey, direction }) => {
      if (apiKey !== PRODUCE || direction !== 'response') return { type: 'forward' }
      return ++answers % 7 === 0 ? action : { type: 'forward' }
    })
    // An answer acknowledges at most one invoice of a till: so there are enough, however few requests a busy machine makes.
    const invoicesPerTill = action.type === 'drop' ? 18 : LOAD.invoicesPerTill
    const sent = await runTills({ url: gateway.url, ...LOAD, invoicesPerTill })
    proxied.proxies[0]?.setRule(null)
    assertBalance(await balanceAt(gateway.adminUrl), { acknowledged: sent.length })
    await gateway.stop()
    await assertDelivered(kafka.bootstrap, topic, sent)
    assert.ok(answers > 20, `${answers} answers passed`)
    assert.ok(
      sent.every(({ answers }) => answers.length === 1),
      'no till had to send twice: exactly one copy each',
    )
    t.diagnostic(`${answers} answers to produce requests, ${Math.floor(answers / 7)} of them ${what}`)
  })
}

async function killAndRestart(): Promise<void> {
  await kafka.brokers[0]?.kill()
  await sleep(1_000)
  await kafka.brokers[0]?.start()
}
