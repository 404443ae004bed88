import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type Replicas, spread } from '../../../src/tools/topics/spread.ts'

const brokers = (count: number, racks?: number) =>
  Array.from({ length: count }, (_, id) => ({ id, rack: racks === undefined ? undefined : `rack ${id % racks}` }))

/** As Kafka lays a new topic out: replicas on consecutive brokers. */
const laidOut = (partitions: number, brokers: number, replicationFactor = 3): Replicas[] =>
  Array.from({ length: partitions }, (_, partition) => ({
    partition,
    replicas: Array.from({ length: replicationFactor }, (_, i) => (partition + i) % brokers),
  }))

const counts = (load: ReadonlyMap<number, number>) => [...load.values()]
const unevenness = (load: ReadonlyMap<number, number>) => Math.max(...counts(load)) - Math.min(...counts(load))

function carriedOut(partitions: readonly Replicas[], changes: readonly Replicas[]): Replicas[] {
  return partitions.map((it) => changes.find(({ partition }) => partition === it.partition) ?? it)
}

test('a fourth broker gets its share of replicas and leaders, and nothing else moves', () => {
  const { moves, changes, before, after } = spread(laidOut(12, 3), brokers(4))
  assert.deepEqual(counts(before.replicas), [12, 12, 12, 0])
  assert.deepEqual(counts(after.replicas), [9, 9, 9, 9])
  assert.deepEqual(counts(after.leaders), [3, 3, 3, 3])
  assert.equal(moves, 9)
  assert.equal(changes.length, 9, 'it leads by taking over leaders: no partition is touched for its order alone')
  for (const { partition, replicas } of changes) {
    assert.ok(replicas.includes(3))
    // the former leader is gone, so the cluster has to elect: nobody needs to ask for it
    if (replicas[0] === 3) assert.ok(!replicas.includes(partition % 3))
  }
})

test('what is even already is left alone', () => {
  assert.deepEqual(spread(laidOut(12, 3), brokers(3)).changes, [])
  assert.deepEqual(spread(laidOut(15, 5), brokers(5)).changes, [])
})

test('leaders alone are evened out without a copy', () => {
  const allOnOne = laidOut(9, 3).map(({ partition }) => ({ partition, replicas: [0, 1, 2] }))
  const { moves, after } = spread(allOnOne, brokers(3))
  assert.equal(moves, 0)
  assert.deepEqual(counts(after.leaders), [3, 3, 3])
})

test('leadership is passed on through a broker in between where there is no direct way', () => {
  const chain = [
    { partition: 0, replicas: [0, 1] },
    { partition: 1, replicas: [0, 1] },
    { partition: 2, replicas: [1, 2] },
    { partition: 3, replicas: [2, 0] },
  ]
  const lopsided = chain.with(3, { partition: 3, replicas: [1, 2] })
  const { after } = spread(lopsided, brokers(3))
  assert.ok(unevenness(after.leaders) <= 1, String(counts(after.leaders)))
})

test('a partition never loses a rack', () => {
  const threeRacks = brokers(9, 3)
  const partitions = laidOut(24, 6).map((it) => ({ ...it, replicas: it.replicas }))
  const { changes, after } = spread(partitions, threeRacks)
  for (const { replicas } of changes) assert.equal(new Set(replicas.map((id) => id % 3)).size, 3, replicas.join())
  assert.ok(unevenness(after.replicas) <= 1)
})

test('whatever the layout: even, no replica lost or doubled, and not one copy more than it takes', () => {
  const layouts = fc
    .record({
      brokers: fc.integer({ min: 3, max: 8 }),
      added: fc.integer({ min: 0, max: 4 }),
      rf: fc.integer({ min: 1, max: 3 }),
    })
    .chain((size) =>
      fc.record({
        size: fc.constant(size),
        replicas: fc.array(
          fc.shuffledSubarray([...Array(size.brokers).keys()], { minLength: size.rf, maxLength: size.rf }),
          {
            minLength: 1,
            maxLength: 40,
          },
        ),
      }),
    )
  fc.assert(
    fc.property(layouts, ({ size, replicas }) => {
      const partitions = replicas.map((ids, partition) => ({ partition, replicas: ids }))
      const { changes, moves, before, after } = spread(partitions, brokers(size.brokers + size.added))
      assert.ok(unevenness(after.replicas) <= 1)
      const result = carriedOut(partitions, changes)
      for (const [i, it] of result.entries()) {
        assert.equal(it.replicas.length, partitions[i]?.replicas.length)
        assert.equal(new Set(it.replicas).size, it.replicas.length)
      }
      const copied = result.flatMap(({ replicas }, i) => replicas.filter((id) => !partitions[i]?.replicas.includes(id)))
      assert.equal(copied.length, moves)
      const total = counts(before.replicas).reduce((sum, held) => sum + held, 0)
      const fair = total / counts(before.replicas).length
      const above = counts(before.replicas).reduce((sum, held) => sum + Math.max(0, held - Math.ceil(fair)), 0)
      const below = counts(before.replicas).reduce((sum, held) => sum + Math.max(0, Math.floor(fair) - held), 0)
      assert.equal(moves, Math.max(above, below))
    }),
  )
})
