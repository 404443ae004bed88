import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeTopic, type LiveTopic, type Needs, verdictOn, verdictText } from '../../../src/tools/topics/check.ts'
import { topicSettings } from '../../../src/tools/topics/settings.ts'

const brokers = [0, 1, 2].map((id) => ({ id, rack: undefined }))
const needs: Needs = {
  ...{ partitions: 3, replicationFactor: 3, retentionMs: undefined },
  ...{ maxBatchBytes: 900_000, largestRecordBytes: 802_048 },
}
const planned = Object.fromEntries(topicSettings(3, 7).map(({ name, value }) => [name, value]))
const replicas = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
]
const right: LiveTopic = {
  partitions: replicas.map((ids, partition) => ({ partition, leader: partition, replicas: ids, inSync: ids })),
  settings: planned,
}

const notOk = (topic: Parameters<typeof judgeTopic>[0], more: Partial<Needs> = {}) =>
  judgeTopic(topic, brokers, { ...needs, ...more })
    .filter(({ level }) => level !== 'ok')
    .map(({ level, what }) => `${level}: ${what}`)

test('a topic as planned is right, in every point', () => {
  const results = judgeTopic(right, brokers, needs)
  assert.deepEqual(notOk(right), [])
  assert.equal(verdictOn(results), 'right')
  assert.equal(verdictText('t', results), 'The topic t is right.')
  assert.ok(results.length >= 12)
})

test('each setting that breaks the promise is wrong, each that endangers it a warning', () => {
  const cases: [Record<string, string>, string[]][] = [
    [{ 'unclean.leader.election.enable': 'true' }, ['wrong: unclean.leader.election.enable']],
    [{ 'min.insync.replicas': '1' }, ['wrong: min.insync.replicas']],
    [{ 'min.insync.replicas': '3' }, ['warning: min.insync.replicas']],
    [{ 'min.insync.replicas': '4' }, ['wrong: min.insync.replicas']],
    [{ 'cleanup.policy': 'compact' }, ['wrong: cleanup.policy']],
    [{ 'cleanup.policy': 'compact,delete' }, ['wrong: cleanup.policy']],
    [{ 'max.message.bytes': '802047' }, ['wrong: max.message.bytes']],
    [{ 'max.message.bytes': '802048' }, ['warning: max.message.bytes']],
    [{ 'max.message.bytes': '900060' }, ['warning: max.message.bytes']],
    [{ 'max.message.bytes': '900061' }, []],
    [{ 'retention.ms': '3600000' }, ['warning: retention.ms']],
    [{ 'retention.ms': '-1' }, []],
    [{ 'retention.bytes': '1000000' }, ['warning: retention.bytes']],
    [{ 'compression.type': 'zstd' }, []],
    [{ 'follower.replication.throttled.replicas': '0:3' }, ['warning: replication throttle']],
  ]
  for (const [change, expected] of cases) {
    const topic = { ...right, settings: { ...planned, ...change } }
    assert.deepEqual(notOk(topic), expected, JSON.stringify(change))
    const verdict = expected.length === 0 ? 'right' : expected[0]?.startsWith('wrong') ? 'wrong' : 'warned'
    assert.equal(verdictOn(judgeTopic(topic, brokers, needs)), verdict)
  }
})

test('a topic with warnings is not called right, and one that is wrong has them counted too', () => {
  const settings = { ...planned, 'retention.ms': '3600000', 'retention.bytes': '1000000' }
  const warned = judgeTopic({ ...right, settings }, brokers, needs)
  assert.equal(verdictText('t', warned), 'The topic t can be used, with 2 warnings.')
  const wrong = judgeTopic({ ...right, settings: { ...settings, 'cleanup.policy': 'compact' } }, brokers, needs)
  assert.match(verdictText('t', wrong), /^The topic t is wrong in 1 of \d+ points, and has 2 warnings\.$/)
})

test('what was asked for has to be there', () => {
  assert.deepEqual(notOk(right, { partitions: 4 }), ['wrong: partitions'])
  assert.deepEqual(notOk(right, { retentionMs: 8 * 86_400_000 }), ['wrong: retention.ms'])
  assert.deepEqual(notOk(right, { largestRecordBytes: 1_048_589 }), ['wrong: max.message.bytes'])
})

test('one replica is a warning, lagging replicas and leaderless partitions are wrong', () => {
  const alone: LiveTopic = {
    partitions: [0, 1, 2].map((id) => ({ partition: id, leader: id, replicas: [id], inSync: [id] })),
    settings: { ...planned, 'min.insync.replicas': '1' },
  }
  assert.deepEqual(notOk(alone), ['warning: replication factor', 'warning: min.insync.replicas'])
  const lagging = right.partitions.with(1, { partition: 1, leader: 2, replicas: [1, 2, 0], inSync: [2, 0] })
  assert.deepEqual(notOk({ ...right, partitions: lagging }), ['wrong: under-replicated', 'warning: leaders per broker'])
  assert.deepEqual(notOk('offline'), ['wrong: offline partitions'])
  assert.deepEqual(notOk('missing'), ['wrong: topic'])
  assert.equal(
    verdictText('t', judgeTopic('missing', undefined, needs)),
    'The topic t is missing: create it with tillgate topics create, or set KAFKA_TOPIC to another one.',
  )
})

test('brokers that are not known are a warning, and the rest is judged', () => {
  const results = judgeTopic({ ...right, settings: { ...planned, 'cleanup.policy': 'compact' } }, undefined, needs)
  const bad = results.filter(({ level }) => level !== 'ok').map(({ what }) => what)
  assert.deepEqual(bad, ['brokers', 'cleanup.policy'])
})

test('a broker without replicas is a warning that says what to do', () => {
  const results = judgeTopic(right, [...brokers, { id: 3, rack: undefined }], needs)
  const result = results.find(({ what }) => what === 'replicas per broker')
  assert.equal(result?.level, 'warning')
  assert.equal(result?.found, '0 to 3')
  assert.match(result?.why ?? '', /tillgate topics grow/)
})
