import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { positionValue } from '../../src/dedup/position.ts'
import { JournalsView } from '../../src/known/journals-view.ts'
import { JournalsReading } from '../../src/known/reading.ts'

const PARTITIONS = 2
const position = (next: number) => ({
  key: Buffer.from('_position'),
  value: positionValue({ next, timeMs: 0, last: null }),
})

function readingOf() {
  let nowMs = 0
  const told: string[] = []
  const view = new JournalsView({ memoryBytes: 10_000, partitions: PARTITIONS, partitionOf: () => 0 })
  const watcher = {
    caughtUp: (_journals: number, afterMs: number) => told.push(`all after ${afterMs}`),
    fellBehind: (offsets: number) => told.push(`behind by ${offsets}`),
    failed: (error: Error) => told.push(error.message),
  }
  const reading = new JournalsReading(view, { partitions: PARTITIONS, watcher, now: () => nowMs })
  const later = (ms: number) => {
    nowMs += ms
  }
  reading.begin()
  return { reading, view, told, later }
}

suite('the reading of .journals', () => {
  test('tells once when the end of every partition was reached', () => {
    const { reading, view, told, later } = readingOf()
    later(300)
    reading.left(0, 0)
    assert.deepEqual(told, [])
    reading.left(1, 7)
    assert.equal(reading.leftOffsets, 7)
    later(200)
    reading.left(1, 0)
    assert.equal(reading.ageMs, 0)
    reading.left(0, 0)
    assert.deepEqual(told, ['all after 500'])
    for (const { confirm } of view.unchecked) confirm()
    assert.equal(view.isComplete, true)
  })

  test('tells once when it is behind for long, and when it is right again', () => {
    const { reading, told, later } = readingOf()
    reading.left(0, 0)
    reading.left(1, 0)
    told.length = 0
    for (let second = 0; second < 30; second++) {
      later(1_000)
      reading.left(1, 5)
    }
    assert.equal(reading.ageMs, 30_000)
    reading.left(1, 0)
    assert.deepEqual(told, ['behind by 5', 'all after 30000'])
  })

  test('is behind, too, when no answer comes', () => {
    const { reading, told, later } = readingOf()
    reading.left(0, 0)
    reading.left(1, 0)
    told.length = 0
    later(11_000)
    reading.failed(new Error('no broker'))
    assert.deepEqual(told, ['no broker', 'behind by 0'])
  })

  test('says when what it read belongs to another topic, and begins anew', () => {
    const { reading, view, told } = readingOf()
    assert.equal(reading.take(0, [position(5), position(6)]), true)
    assert.equal(reading.take(0, [position(2)]), false)
    reading.left(0, 0)
    reading.left(1, 0)
    reading.begin()
    assert.equal(view.isComplete, false)
    assert.equal(reading.take(0, [position(2)]), true)
    reading.left(0, 0)
    reading.left(1, 0)
    assert.equal(told.length, 2)
  })
})
