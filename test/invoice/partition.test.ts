import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import fc from 'fast-check'
import { cachedPartitionOf, partitionOf } from '../../src/invoice/partition.ts'

const murmur2: (key: Buffer) => number = createRequire(import.meta.url)(
  'kafkajs/src/producer/partitioners/default/murmur2',
)

test('it is Kafka’s murmur2: the values of the Java client’s own test', () => {
  const cases: [string, number][] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ]
  for (const [key, hash] of cases) assert.equal(partitionOf(Buffer.from(key), 2 ** 31), hash & 0x7fffffff)
})

test('it agrees with kafkajs’s own partitioner for any key', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 1_000 }), (bytes, partitions) => {
      const key = Buffer.from(bytes)
      assert.equal(partitionOf(key, partitions), (murmur2(key) & 0x7fffffff) % partitions)
    }),
  )
})

test('the cached one gives the same partition the first time and every time', () => {
  const cached = cachedPartitionOf(12)
  for (const storeId of ['S1', 'S2', 'S1', 'Ω']) assert.equal(cached(storeId), partitionOf(Buffer.from(storeId), 12))
})
