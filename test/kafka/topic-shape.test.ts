import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TopicDescription, TopicShape } from '../../src/kafka/topic-shape.ts'

const AT = new Date('2026-03-01T10:00:00Z')
const RIGHT: TopicDescription = { id: 'a', partitions: 6, replicas: 3, minInSync: 2, capsMinInSync: false }

function start() {
  const said: string[] = []
  const shape = new TopicShape('invoices', 6, (change) => said.push(change))
  return {
    shape,
    said,
    learn: (now: Partial<TopicDescription> | 'missing') =>
      shape.learn(now === 'missing' ? now : { ...RIGHT, ...now }, AT),
  }
}

test('before the first answer nothing is known; a topic that is right says nothing', () => {
  const { shape, said, learn } = start()
  assert.deepEqual([shape.reasons, shape.warnings, shape.refusalOf(0)], [[], [], null])
  learn({})
  learn({})
  assert.deepEqual([shape.reasons, shape.warnings, shape.refusalOf(0), said], [[], [], null, []])
})

test('deleted: not ready, every partition refuses; created again: right, and it is another topic', () => {
  const { shape, said, learn } = start()
  learn({})
  learn('missing')
  learn('missing')
  assert.match(shape.reasons.join(), /^topic invoices is missing/)
  assert.equal(shape.refusalOf(5), 'topic-missing')
  learn({ id: 'b' })
  learn({ id: 'b' })
  assert.deepEqual([shape.reasons, shape.refusalOf(5)], [[], null])
  assert.match(
    shape.warnings.join(),
    /is another one since 2026-03-01T10:00:00\.000Z .* receipts name records that are gone/,
  )
  assert.deepEqual(said, ['deleted', 'recreated', 'right'])
})

test('created again between two questions: seen by its id', () => {
  const { shape, said, learn } = start()
  learn({})
  learn({ id: 'b' })
  assert.equal(shape.warnings.length, 1)
  assert.deepEqual([shape.reasons, said], [[], ['recreated']])
})

test('a topic that is missing from the start, then created: that is not another one', () => {
  const { shape, said, learn } = start()
  learn('missing')
  learn({})
  assert.deepEqual([shape.reasons, shape.warnings, said], [[], [], ['deleted', 'right']])
})

test('more partitions: not ready, but each of ours takes records; fewer: those that are gone refuse', () => {
  const { shape, said, learn } = start()
  learn({})
  learn({ partitions: 12 })
  assert.deepEqual(shape.reasons, ['topic invoices has 12 partitions, KAFKA_PARTITIONS is 6'])
  assert.equal(shape.refusalOf(5), null)
  learn({ id: 'b', partitions: 3 })
  assert.deepEqual([shape.refusalOf(2), shape.refusalOf(3)], [null, 'partition-missing'])
  learn({ id: 'b' })
  assert.deepEqual(shape.reasons, [])
  assert.deepEqual(said, ['partitions', 'recreated', 'partitions', 'partitions', 'right'])
})

test('another number of partitions at the first answer is told, too', () => {
  const { said, learn } = start()
  learn({ partitions: 12 })
  assert.deepEqual(said, ['partitions'])
})

test('min.insync.replicas: another value is a warning until it is back; more than there are replicas refuses all', () => {
  const { shape, said, learn } = start()
  learn({})
  learn({ minInSync: 1 })
  learn({ minInSync: 1 })
  assert.deepEqual(shape.warnings, ['min.insync.replicas of topic invoices is 1; it was 2 at first'])
  assert.deepEqual([shape.reasons, shape.refusalOf(0)], [[], null])
  learn({ minInSync: 4 })
  assert.match(shape.reasons.join(), /is 4, but a partition has 3 replicas: nothing can be stored$/)
  assert.equal(shape.refusalOf(0), 'too-few-replicas')
  learn({})
  assert.deepEqual([shape.reasons, shape.warnings, shape.refusalOf(0)], [[], [], null])
  assert.deepEqual(said, ['min-insync-replicas', 'min-insync-replicas', 'min-insync-replicas', 'right'])
})

test('a login that may not ask for the settings is ready; once it may, what it sees first is what it compares with', () => {
  const { shape, said, learn } = start()
  learn({ minInSync: undefined })
  learn({ minInSync: 2 })
  assert.deepEqual([shape.reasons, shape.warnings, said], [[], [], []])
  learn({ minInSync: undefined })
  learn({ minInSync: 1 })
  assert.equal(shape.warnings.length, 1)
  assert.deepEqual(said, ['min-insync-replicas'])
})
