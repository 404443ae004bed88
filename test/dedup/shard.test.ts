import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { partitionsOf, shardOf } from '../../src/dedup/shard.ts'

suite('a shard', () => {
  test('is counted from 0, as pods are', () => {
    assert.deepEqual(shardOf('0/4'), { index: 0, count: 4 })
    assert.deepEqual(shardOf('3/4'), { index: 3, count: 4 })
    for (const wrong of ['4/4', '1/0', '0/0', '-1/4', '1', '1/2/3', ' 1/2', '']) assert.equal(shardOf(wrong), undefined)
  })

  test('has each partition in exactly one of all shards', () => {
    const all = [0, 1, 2, 3].flatMap((index) => partitionsOf({ index, count: 4 }, 10))
    assert.deepEqual(
      all.sort((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    )
  })
})
