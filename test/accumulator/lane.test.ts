import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { type EndedBatch, Lane, type LaneEntry } from '../../src/accumulator/lane.ts'
import type { Outcome } from '../../src/accumulator/outcome.ts'
import { FakePublisher, LIMITS, recordOf, turn } from './fakes.ts'

let publisher: FakePublisher
let lane: Lane

beforeEach(() => {
  publisher = new FakePublisher()
  lane = new Lane(0, publisher, LIMITS, () => 0)
})

function append(name: string, sizeBytes = 100): LaneEntry & { outcome: Outcome | null } {
  const entry: LaneEntry & { outcome: Outcome | null } = {
    record: recordOf(name),
    sizeBytes,
    state: 'waiting',
    position: 0,
    appendedAtMs: 0,
    isCutOff: false,
    outcome: null,
    onSettled(outcome) {
      assert.equal(entry.outcome, null, 'an outcome is told once')
      entry.outcome = outcome
    },
  }
  lane.append(entry)
  return entry
}

const values = () => publisher.published.map((published) => published.values.join(''))

test('what came within one turn of the event loop goes in one batch, in order', async () => {
  append('a')
  append('b')
  await turn()
  assert.deepEqual(values(), ['ab'])
})

test('while a batch is out, through all its retries, nothing else of the partition is sent; the next one fills', async () => {
  append('a')
  await turn()
  append('b')
  append('c')
  await turn()
  assert.deepEqual(values(), ['a'])
  publisher.latest.answer({ kind: 'acknowledged', baseOffset: 0n })
  await turn()
  assert.deepEqual(values(), ['a', 'bc'])
})

test('a batch is bounded in records', async () => {
  for (const name of 'abcdefg') append(name)
  await turn()
  publisher.latest.answer({ kind: 'acknowledged', baseOffset: 0n })
  await turn()
  publisher.latest.answer({ kind: 'acknowledged', baseOffset: 3n })
  await turn()
  assert.deepEqual(values(), ['abc', 'def', 'g'])
})

test('a batch is bounded in bytes, but a record that is larger goes alone', async () => {
  append('a', 6_000)
  append('b', 6_000)
  append('c', 20_000)
  append('d', 100)
  await turn()
  for (let i = 0; i < 3; i++) {
    publisher.latest.answer({ kind: 'acknowledged', baseOffset: 0n })
    await turn()
  }
  assert.deepEqual(values(), ['a', 'b', 'c', 'd'])
})

test('a batch that is too large is halved, in order, down to the record that is rejected alone', async () => {
  const entries = ['a', 'b', 'c'].map((name) => append(name))
  await turn()
  publisher.latest.answer({ kind: 'too-large' })
  await turn()
  assert.deepEqual(values(), ['abc', 'a'])
  publisher.latest.answer({ kind: 'too-large' })
  await turn()
  assert.deepEqual(entries[0]?.outcome, { kind: 'rejected', reason: 'too-large' })
  publisher.latest.answer({ kind: 'acknowledged', baseOffset: 0n })
  await turn()
  assert.deepEqual(values(), ['abc', 'a', 'b', 'c'])
})

test('after a quota has held a batch back for long the next is smaller, and grows again when none does', async () => {
  const take = async (heldMs: number) => {
    publisher.latest.batch.hold(heldMs)
    publisher.latest.answer({ kind: 'acknowledged', baseOffset: 0n })
    await turn()
  }
  for (const name of 'abcdefghi') append(name)
  await turn()
  await take(1_000)
  assert.deepEqual(values(), ['abc', 'd'])
  await take(5_000)
  await take(999)
  await take(0)
  assert.deepEqual(values(), ['abc', 'd', 'e', 'fg', 'hi'])
})

test('a recalled batch comes back in front of what came later', async () => {
  const [first] = [append('a'), append('b')]
  await turn()
  append('c')
  assert.equal(lane.withdraw(first as LaneEntry), true)
  publisher.latest.answer({ kind: 'not-attempted' })
  await turn()
  assert.deepEqual(values(), ['ab', 'bc'])
})

test('an attempted batch cannot be withdrawn', async () => {
  const entry = append('a')
  await turn()
  publisher.latest.batch.beginAttempt()
  assert.equal(lane.withdraw(entry), false)
  publisher.latest.answer({ kind: 'unknown', reason: 'producer-replaced' })
  await turn()
  assert.deepEqual(entry.outcome, { kind: 'unknown', reason: 'producer-replaced' })
  assert.equal(lane.withdraw(entry), false)
})

test('with linger an idle lane gathers before it sends', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  lane = new Lane(0, publisher, { ...LIMITS, lingerMs: 20 }, () => 0)
  append('a')
  await turn()
  append('b')
  assert.deepEqual(values(), [])
  t.mock.timers.tick(20)
  assert.deepEqual(values(), ['ab'])
})

test('a batch that has its outcome is told with its times, once, however often it was put back', async () => {
  const ended: EndedBatch[] = []
  let nowMs = 100
  lane = new Lane(
    0,
    publisher,
    LIMITS,
    () => nowMs,
    (batch) => ended.push(batch),
  )
  append('a', 70)
  nowMs = 104
  append('b', 80)
  await turn()
  assert.equal(lane.batchAgeMs, 0)
  nowMs = 110
  publisher.latest.answer({ kind: 'not-attempted' })
  await turn()
  assert.deepEqual(ended, [])
  nowMs = 135
  assert.equal(lane.batchAgeMs, 25)
  publisher.latest.answer({ kind: 'acknowledged', baseOffset: 0n })
  await turn()
  assert.deepEqual(ended, [{ sizeBytes: 150, waitedMs: [10, 6], inFlightMs: 25 }])
  assert.equal(lane.batchAgeMs, null)
})
