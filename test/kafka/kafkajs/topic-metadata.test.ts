import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTopicMetadata } from '../../../src/kafka/kafkajs/topic-metadata.ts'

const int16 = (value: number) => [value >> 8, value & 0xff]
const int32 = (value: number) => [0, 0, ...int16(value)]
const text = (value: string) => [value.length + 1, ...Buffer.from(value)]
const ids = (...values: number[]) => [values.length + 1, ...values.flatMap(int32)]
const ID = Array.from({ length: 16 }, (_, n) => n + 1)
/** Fields that a newer broker may add: number 5 of two bytes, number 300 of none. */
const TAGS = [2, 5, 2, 0xaa, 0xbb, 0xac, 0x02, 0]

function answer({ errorCode = 0, topics = 1 } = {}): Buffer {
  const partition = (index: number, replicas: number[]) => [
    ...[...int16(9), ...int32(index), ...int32(1), ...int32(7)],
    ...[...ids(...replicas), ...ids(1), ...ids(), ...TAGS],
  ]
  const topic = [
    ...[...int16(errorCode), ...text('invoices'), ...ID, 0],
    ...[3, ...partition(1, [1, 2, 3]), ...partition(0, [1, 2]), ...int32(0), 0],
  ]
  return Buffer.from([
    ...[0, ...int32(0)],
    ...[
      3,
      ...int32(1),
      ...text('host-1'),
      ...int32(9092),
      0,
      0,
      ...int32(2),
      ...text('h'),
      ...int32(9),
      ...text('rack'),
      0,
    ],
    ...[...text('cluster'), ...int32(1)],
    ...[topics + 1, ...(topics === 0 ? [] : topic), 0],
  ])
}

test('the id, and how many replicas each partition has; fields of newer brokers are passed over', () => {
  assert.deepEqual(readTopicMetadata(answer()), {
    errorCode: 0,
    id: '0102030405060708090a0b0c0d0e0f10',
    replicas: [3, 2],
    brokers: [
      { id: 1, host: 'host-1', port: 9092 },
      { id: 2, host: 'h', port: 9 },
    ],
    partitions: [
      { partition: 1, leader: 1, replicas: [1, 2, 3], inSync: [1] },
      { partition: 0, leader: 1, replicas: [1, 2], inSync: [1] },
    ],
  })
})

test('the error of a topic', () => {
  assert.equal(readTopicMetadata(answer({ errorCode: 3 })).errorCode, 3)
})

test('an answer that does not name the topic, or ends early, is an error', () => {
  assert.throws(() => readTopicMetadata(answer({ topics: 0 })), /does not name the topic/)
  const whole = answer()
  for (let length = 0; length < whole.length - 8; length++)
    assert.throws(() => readTopicMetadata(whole.subarray(0, length)))
})
