import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { eventually } from '../../dev/kafka/eventually.ts'
import { TopicLimit } from '../../src/kafka/topic-limit.ts'
import { API, FakeCluster } from './fake-broker.ts'

const DEADLINE_MS = 20_000
const TOO_LOW =
  /^topic invoices takes at most 60000 bytes at once \(max\.message\.bytes\), .* 802048: raise .*MAX_INVOICE/

async function start(t: TestContext, { metadataMaxAgeMs = 50, watched = true } = {}) {
  const cluster = await FakeCluster.start()
  const said: string[] = []
  const limit = new TopicLimit(
    {
      ...{ brokers: cluster.bootstrap, topic: cluster.topic, clientId: 'test', ssl: false, sasl: undefined },
      ...{ requestTimeoutMs: 1_000, connectionTimeoutMs: 500, metadataMaxAgeMs, largestRecordBytes: 802_048 },
      onClientLog: (_, message) => said.push(message),
    },
    (what, error) => said.push(`${what}: ${error.message}`),
  )
  const stopping = new AbortController()
  t.after(async () => {
    stopping.abort()
    await limit.ask()
    await cluster.stop()
  })
  const asked = () => cluster.broker(1).count(API.describeConfigs)
  const setLimit = (bytes: number) => {
    cluster.settings = { 'max.message.bytes': String(bytes) }
  }
  const begin = async () => {
    await limit.ask()
    if (watched) void limit.watch(stopping.signal)
  }
  return { cluster, limit, said, asked, setLimit, begin }
}

const until = (what: string, condition: () => boolean) =>
  eventually(what, DEADLINE_MS, 10, async () => condition() || undefined)

test('it is not ready before it has asked, and ready when the topic takes exactly what a record can need', async (t) => {
  const { limit, said, setLimit, begin } = await start(t)
  assert.deepEqual(limit.reasons, ['asking what the topic takes'])
  setLimit(802_048)
  await begin()
  assert.deepEqual(limit.reasons, [])
  setLimit(802_047)
  await until('one byte less is seen', () => limit.reasons.length === 1)
  assert.equal(said.length, 1)
})

test('a limit that is too low is a reason that says what to change, until it is raised; the log says it once', async (t) => {
  const { limit, said, asked, setLimit, begin } = await start(t)
  setLimit(60_000)
  await begin()
  assert.match(limit.reasons.join(), TOO_LOW)
  await until('it is asked again', () => asked() > 3)
  setLimit(1_048_588)
  await until('it is raised', () => limit.reasons.length === 0)
  assert.equal(said.length, 1)
  assert.match(said[0] ?? '', /^limit-too-low: topic invoices takes at most 60000/)
  setLimit(60_000)
  await until('it is lowered again', () => said.length === 2)
  assert.match(said[1] ?? '', /^limit-too-low/)
})

test('a login that may not describe the topic is ready, whatever was known; the log says it once', async (t) => {
  const { cluster, limit, said, asked, setLimit, begin } = await start(t)
  cluster.settingsErrorCode = 29
  await begin()
  await until('it is asked again', () => asked() > 3)
  assert.deepEqual(limit.reasons, [])
  assert.equal(said.length, 1)
  assert.match(said[0] ?? '', /^limit-unknown: max\.message\.bytes of the topic cannot be checked: .*[Aa]uthoriz/)

  cluster.settingsErrorCode = 0
  setLimit(60_000)
  await until('the right is given', () => limit.reasons.length === 1)
  cluster.settingsErrorCode = 29
  await until('the right is taken', () => limit.reasons.length === 0)
  await until('it is said again', () => said.length === 3)
  assert.match(said[2] ?? '', /^limit-unknown/)
})

test('while Kafka does not answer, what was known holds; without an answer at the start it is ready', async (t) => {
  const { cluster, limit, said, setLimit, begin } = await start(t)
  setLimit(60_000)
  await begin()
  await cluster.stop()
  await until('it fails', () => said.length === 2)
  assert.match(said[1] ?? '', /^limit-unknown/)
  assert.match(limit.reasons.join(), TOO_LOW)

  const late = await start(t)
  await late.cluster.stop()
  await late.begin()
  assert.deepEqual(late.limit.reasons, [])
})

test('a broker whose topics have no such setting leaves it ready', async (t) => {
  const { cluster, limit, said, begin } = await start(t, { watched: false })
  cluster.settings = { 'retention.ms': '1' }
  await begin()
  assert.deepEqual(limit.reasons, [])
  assert.match(said.join(), /^limit-unknown: .*have no max\.message\.bytes$/)
})

test('a record that was refused as too large makes it ask at once, but not for each of many', async (t) => {
  const { limit, asked, setLimit, begin } = await start(t, { metadataMaxAgeMs: 60_000 })
  await begin()
  setLimit(60_000)
  limit.noteTooLarge()
  assert.equal(asked(), 1, 'it has asked just now')
  await eventually('it asks', DEADLINE_MS, 100, async () => {
    limit.noteTooLarge()
    return limit.reasons.length === 1 || undefined
  })
  assert.equal(asked(), 2)
  limit.noteTooLarge()
  await limit.ask()
  assert.equal(asked(), 3, 'it is known already: only the last line has asked')
})
