import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { after, before, test } from 'node:test'
import { type ProxiedKafka, startProxiedKafka } from '../../dev/kafka/proxied-cluster.ts'
import { auditSent } from '../harness/audit.ts'
import { startTestGateway } from '../harness/run.ts'
import { identityOf, post, type SentInvoice } from '../harness/till.ts'
import { sampleInvoice } from '../invoice/generate.ts'

const PRODUCE = 0
const INVOICES = 100

let kafka: ProxiedKafka

before(async () => {
  kafka = await startProxiedKafka()
})

after(() => kafka.stop())

/** Sends every invoice once, whatever becomes of it, while every fifth produce request or answer is lost. */
async function sendOnce(delivery: string, lost: 'request' | 'response') {
  const topic = `${delivery}-${lost}`
  await kafka.cluster.createTopic({ topic, partitions: 6 })
  const gateway = await startTestGateway(kafka.bootstrap, topic, { DELIVERY: delivery })
  await gateway.ready
  let frames = 0
  kafka.proxies[0]?.setRule(({ apiKey, direction }) =>
    apiKey === PRODUCE && direction === lost && ++frames % 5 === 0 ? { type: 'reset' } : { type: 'forward' },
  )
  const agent = new Agent({ keepAlive: true })
  const sent: SentInvoice[] = []
  for (let sequenceNumber = 1; sequenceNumber <= INVOICES; sequenceNumber++) {
    const name = { storeId: `S${sequenceNumber % 6}`, terminalId: 'T1', journalId: 'J1', sequenceNumber }
    const body = Buffer.from(JSON.stringify(sampleInvoice(name)))
    sent.push({ ...name, identity: identityOf(name), body, answers: [await post(agent, gateway.url, body, 60_000)] })
  }
  agent.destroy()
  kafka.proxies[0]?.setRule(null)
  await gateway.stop()
  const { totals } = await auditSent(kafka.cluster.bootstrap, topic, sent)
  const unknown = sent.filter(({ answers }) => answers[0]?.outcome === 'unknown').length
  return { ...totals, unknown, copies: totals.records - totals.invoices }
}

test('exactly once: whatever is lost on the wire, every invoice is acknowledged and stands once', async () => {
  for (const lost of ['request', 'response'] as const) {
    const { acknowledged, invoices, copies, unknown, found } = await sendOnce('exactly-once', lost)
    assert.deepEqual(
      { acknowledged, invoices, copies, unknown },
      { acknowledged: INVOICES, invoices: INVOICES, copies: 0, unknown: 0 },
    )
    assert.equal(found.lost, 0)
  }
})

test('at least once: every invoice is acknowledged, and an answer lost after the append makes a second copy', async (t) => {
  const { acknowledged, invoices, copies } = await sendOnce('at-least-once', 'response')
  assert.deepEqual({ acknowledged, invoices }, { acknowledged: INVOICES, invoices: INVOICES })
  assert.ok(copies > 0, 'this guarantee allows copies, and the test is one that can see them')
  t.diagnostic(`${copies} copies`)
})

test('at most once: an answer lost after the append makes no copy, and the till is told that nobody knows', async (t) => {
  const { copies, unknown, found } = await sendOnce('at-most-once', 'response')
  assert.equal(copies, 0)
  assert.ok(unknown > 0)
  assert.equal(found.lost, 0)
  t.diagnostic(`${unknown} unknown`)
})

test('at most once: a request lost before the append is lost, and nothing is repeated', async (t) => {
  const { copies, invoices, unknown } = await sendOnce('at-most-once', 'request')
  assert.equal(copies, 0)
  assert.ok(invoices < INVOICES, 'this guarantee allows losses, and the test is one that can see them')
  assert.ok(unknown >= INVOICES - invoices)
  t.diagnostic(`${INVOICES - invoices} of ${INVOICES} never came to the log`)
})
