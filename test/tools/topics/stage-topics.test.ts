import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LiveTopic } from '../../../src/tools/topics/check.ts'
import { judgeStageTopic, STAGE_TOPICS, stageTopicSettings } from '../../../src/tools/topics/stage-topics.ts'

const brokers = [0, 1, 2].map((id) => ({ id, rack: undefined }))
const needs = {
  ...{ partitions: 1, replicationFactor: 3, retentionMs: undefined },
  ...{ maxBatchBytes: 900_000, largestRecordBytes: 802_048 },
}

/** As a broker describes it: with defaults for what was not given. */
function topicWith(settings: Record<string, string>): LiveTopic {
  const defaults = {
    'retention.ms': '604800000',
    'retention.bytes': '-1',
    'leader.replication.throttled.replicas': '',
    'follower.replication.throttled.replicas': '',
  }
  return {
    partitions: [{ partition: 0, leader: 0, replicas: [0, 1, 2], inSync: [0, 1, 2] }],
    settings: { ...defaults, ...settings },
  }
}

const planned = (kind: (typeof STAGE_TOPICS)[number]) =>
  Object.fromEntries(stageTopicSettings(kind, 3, 7).map(({ name, value }) => [name, value]))

for (const kind of STAGE_TOPICS)
  test(`.${kind} as it is created is right, in every point`, () => {
    const results = judgeStageTopic(kind, topicWith(planned(kind)), brokers, needs)
    assert.deepEqual(
      results.filter(({ level }) => level !== 'ok'),
      [],
    )
  })

test('.journals has to be compacted and nothing else', () => {
  assert.equal(planned('journals')['cleanup.policy'], 'compact')
  for (const policy of ['delete', 'compact,delete']) {
    const results = judgeStageTopic(
      'journals',
      topicWith({ ...planned('journals'), 'cleanup.policy': policy }),
      brokers,
      needs,
    )
    assert.deepEqual(
      results.filter(({ level }) => level === 'wrong').map(({ what }) => what),
      ['cleanup.policy'],
    )
  }
})

test('.unique has to take the largest invoice with the headers that are added', () => {
  const small = { ...planned('unique'), 'max.message.bytes': '802048' }
  const wrong = judgeStageTopic('unique', topicWith(small), brokers, needs).filter(({ level }) => level === 'wrong')
  assert.deepEqual(
    wrong.map(({ what }) => what),
    ['max.message.bytes'],
  )
})

test('one that is missing says which command creates it', () => {
  const [result] = judgeStageTopic('conflicts', 'missing', brokers, needs)
  assert.equal(result?.why, 'create it with tillgate topics create --dedup')
})
