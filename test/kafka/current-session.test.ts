import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { eventually } from '../../dev/kafka/eventually.ts'
import { freePorts } from '../../dev/kafka/ports.ts'
import { CurrentSession } from '../../src/kafka/current-session.ts'
import { FakeCluster } from './fake-broker.ts'

const DEADLINE_MS = 20_000

function open(t: TestContext, brokers: readonly string[], topic: string) {
  const troubles: string[] = []
  const session = new CurrentSession(
    {
      ...{ brokers, topic, clientId: 'test', ssl: false, sasl: undefined, partitions: 2, delivery: 'exactly-once' },
      ...{ requestTimeoutMs: 2_000, connectionTimeoutMs: 1_000, ackTimeoutMs: 1_000, metadataMaxAgeMs: 60_000 },
      onClientLog: () => {},
    },
    (what, error) => troubles.push(`${what}: ${error.message}`),
  )
  void session.open()
  t.after(() => session.stop())
  return { session, troubles }
}

test('while there is no connection, the reason says what listens there, and what to set', async (t) => {
  const [port] = (await freePorts(1)) as [number]
  const { session, troubles } = open(t, [`127.0.0.1:${port}`], 'invoices')
  const said = /^no producer session: .*no SASL.*127\.0\.0\.1:\d+: nothing listens there .*KAFKA_BROKERS/s
  await eventually(
    'the reason is explained',
    DEADLINE_MS,
    20,
    async () => said.test(session.reasons[0] ?? '') || undefined,
  )
  await eventually('the log is told', DEADLINE_MS, 20, async () =>
    troubles.some((trouble) => /^session-failed: .*nothing listens there/s.test(trouble)) ? true : undefined,
  )
  assert.equal(session.reasons.length, 1)
})

test('a topic that is missing is named, with what makes it, until it is there', async (t) => {
  const cluster = await FakeCluster.start()
  t.after(() => cluster.stop())
  cluster.topicErrorCode = 3
  const { session } = open(t, cluster.bootstrap, cluster.topic)
  await eventually('the topic is named', DEADLINE_MS, 20, async () =>
    session.reasons[0]?.includes('topic invoices is missing: create it with tillgate topics create') ? true : undefined,
  )
  cluster.topicErrorCode = 0
  await eventually('it opens', DEADLINE_MS, 20, async () => (session.reasons.length === 0 ? true : undefined))
})
