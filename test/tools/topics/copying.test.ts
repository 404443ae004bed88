import assert from 'node:assert/strict'
import { test } from 'node:test'
import { copyingOf, copyingText, reassignmentJson, throttleOf } from '../../../src/tools/topics/copying.ts'

const before = [
  { partition: 0, replicas: [0, 1, 2] },
  { partition: 1, replicas: [1, 2, 0] },
  { partition: 2, replicas: [2, 0, 1] },
]
/** Partition 0 moves from 2 to 3 and 4, 1 only changes its leader. */
const changes = [
  { partition: 0, replicas: [3, 1, 4] },
  { partition: 1, replicas: [2, 1, 0] },
]
const records = new Map([
  [0, 1_000_000],
  [1, 5_000_000],
  [2, 7],
])

test('only new replicas are copied, whole', () => {
  const copying = copyingOf(changes, before, { records, meanBytes: 2_000 })
  assert.deepEqual(copying, { records: 2_000_000, bytes: 4e9, mostBytes: 2e9 })
  assert.match(copyingText(copying, undefined), /^About 4,000 MB are copied \(2,000,000 records.*--throttle/)
  assert.match(copyingText(copying, 10_000_000), /10 MB\/s into each broker: at least 4 minutes/)
})

test('a size that nobody knows is called unknown, and an empty topic copies nothing', () => {
  const unknown = copyingOf(changes, before, { records, meanBytes: undefined })
  assert.deepEqual(unknown, { records: 2_000_000, bytes: undefined, mostBytes: undefined })
  assert.match(copyingText(unknown, 1_000), /2,000,000 records.*unknown/)
  const empty = copyingOf(changes, before, { records: new Map(), meanBytes: undefined })
  assert.deepEqual(empty, { records: 0, bytes: 0, mostBytes: 0 })
  assert.match(copyingText(empty, 1_000), /^Nothing to copy/)
})

test('a throttle names the present replicas of what moves as senders, the new ones as receivers', () => {
  assert.deepEqual(throttleOf(changes, before), {
    leaderReplicas: '0:0,0:1,0:2',
    followerReplicas: '0:3,0:4',
    brokers: [0, 1, 2, 3, 4],
  })
})

test("the assignment to go back to is what Kafka's own tool takes", () => {
  assert.deepEqual(JSON.parse(reassignmentJson('pos', before.slice(0, 1))), {
    version: 1,
    partitions: [{ topic: 'pos', partition: 0, replicas: [0, 1, 2] }],
  })
})
