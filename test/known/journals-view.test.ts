import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { contentHash } from '../../src/dedup/content.ts'
import { newJournal, take } from '../../src/dedup/journal.ts'
import { journalValue, packJournal } from '../../src/dedup/journal-value.ts'
import { positionValue } from '../../src/dedup/position.ts'
import { JournalsView } from '../../src/known/journals-view.ts'

const NAME = { storeId: 'S1', terminalId: 'T1', journalId: 'J1' }
const KEY = Buffer.from('S1/T1/J1')
const MIB = 2 ** 20
const RECEIVED_AT_MS = 1_773_504_310_123

const bytesOf = (sequenceNumber: number, spaces = 0) =>
  Buffer.from(JSON.stringify({ a: 1, sequenceNumber }, null, spaces))

/** The value of a journal that has taken these numbers, each with the raw offset 100 + number. */
function valueWith(...numbers: number[]): Buffer {
  const journal = newJournal()
  for (const sequenceNumber of numbers) {
    const hash = contentHash(bytesOf(sequenceNumber))
    const taken = { sequenceNumber, contentHash: hash, rawOffset: 100 + sequenceNumber, receivedAtMs: RECEIVED_AT_MS }
    take(journal, taken, 1_000_000, false)
  }
  return journalValue(packJournal(journal))
}

/** As if the end of a partition was reached, and the raw topic had all that the stage has judged. */
function settle(view: JournalsView, partition: number): void {
  view.reachedEnd(partition)
  view.unchecked.find((one) => one.partition === partition)?.confirm()
}

function viewOf({ memoryBytes = MIB, partitions = 2, isSettled = true } = {}) {
  const view = new JournalsView({ memoryBytes, partitions, partitionOf: (storeId) => (storeId === 'S1' ? 1 : 0) })
  const ask = (sequenceNumber: number, value = bytesOf(sequenceNumber)) => view.find({ ...NAME, sequenceNumber }, value)
  const position = (next: number) =>
    view.take(1, { key: Buffer.from('_position'), value: positionValue({ next, timeMs: 0, last: null }) })
  if (isSettled) settle(view, 1)
  return { view, ask, position }
}

suite('the view of .journals', () => {
  test('knows an invoice with its content, in whatever form it is written, and where it is', () => {
    const { view, ask } = viewOf()
    view.take(1, { key: KEY, value: valueWith(1, 2, 5) })
    const same = { kind: 'same', offset: '105', receivedAtMs: RECEIVED_AT_MS }
    assert.deepEqual(ask(5), same)
    assert.deepEqual(ask(5, bytesOf(5, 2)), same)
    assert.deepEqual(ask(5, bytesOf(6)), { kind: 'other' })
    assert.deepEqual(ask(3), { kind: 'new' })
    assert.deepEqual(ask(6), { kind: 'new' })
  })

  test('has the names of its journals by store, and not of those that it has forgotten', () => {
    const { view } = viewOf()
    for (const name of ['S1/T1/J1', 'S1/T2/J1', 'S2/T1/J1'])
      view.take(1, { key: Buffer.from(name), value: valueWith(1) })
    view.take(1, { key: KEY, value: valueWith(1, 2) })
    const stores = () => Array.from(view.stores, ([storeId, names]) => [storeId, [...names]])
    assert.deepEqual(stores(), [
      ['S1', ['S1/T1/J1', 'S1/T2/J1']],
      ['S2', ['S2/T1/J1']],
    ])
    view.take(1, { key: KEY, value: null })
    view.take(1, { key: Buffer.from('S2/T1/J1'), value: Buffer.from('damaged') })
    assert.deepEqual(stores(), [['S1', ['S1/T2/J1']]])
    view.begin()
    assert.deepEqual(stores(), [])
  })

  test('forgets the names of journals that have no room', () => {
    const { view } = viewOf()
    for (let n = 0; n < 5_000; n++) view.take(1, { key: Buffer.from(`S${n}/T1/J1`), value: valueWith(1) })
    assert.equal(view.stores.size, view.journals)
    assert.ok(view.journals < 5_000)
  })

  test('says of a number that was taken long ago that it cannot be compared', () => {
    const { view, ask } = viewOf()
    view.take(1, { key: KEY, value: valueWith(...Array.from({ length: 40 }, (_, index) => index + 1)) })
    assert.deepEqual(ask(1), { kind: 'uncompared' })
    assert.deepEqual(ask(40).kind, 'same')
  })

  test('says the same of an invoice that would take long to compare', () => {
    const { view, ask } = viewOf()
    view.take(1, { key: KEY, value: valueWith(1) })
    assert.deepEqual(ask(1, bytesOf(1, 9_000)), { kind: 'same', offset: '101', receivedAtMs: RECEIVED_AT_MS })
    const large = Buffer.from(JSON.stringify({ sequenceNumber: 1, padding: 'x'.repeat(70_000) }))
    assert.deepEqual(ask(1, large), { kind: 'uncompared' })
  })

  test('has the latest state of a journal; one that was deleted is not known', () => {
    const { view, ask } = viewOf()
    view.take(1, { key: KEY, value: valueWith(1) })
    view.take(1, { key: KEY, value: valueWith(1, 2) })
    assert.equal(ask(2).kind, 'same')
    view.take(1, { key: KEY, value: null })
    assert.equal(ask(2).kind, 'new')
    assert.equal(view.journals, 0)
  })

  test('forgets a journal whose record it cannot read, and counts it', () => {
    const { view, ask } = viewOf()
    view.take(1, { key: KEY, value: valueWith(1) })
    view.take(1, { key: KEY, value: Buffer.from('something else') })
    assert.equal(ask(1).kind, 'new')
    assert.equal(view.damaged, 1)
  })

  test('says nothing until a partition is read to its end, and the raw topic was seen to have what was judged', () => {
    const { view, ask, position } = viewOf({ isSettled: false })
    const isNothingSaid = () => {
      assert.equal(ask(1).kind, 'new')
      assert.deepEqual(view.stateOf(NAME), { kind: 'unavailable', reason: 'reading' })
    }
    view.take(1, { key: KEY, value: valueWith(1, 2, 5) })
    position(106)
    assert.equal(view.unchecked.length, 0)
    isNothingSaid()
    view.reachedEnd(1)
    isNothingSaid()
    const [check] = view.unchecked
    assert.deepEqual([check?.partition, check?.leastEnd], [1, 106])
    check?.confirm()
    assert.equal(ask(1).kind, 'same')
    assert.deepEqual(view.stateOf(NAME), { kind: 'known', through: 2, ahead: [[5, 5]] })
    assert.deepEqual(view.stateOf({ ...NAME, journalId: 'J2' }), { kind: 'new' })
    assert.deepEqual([view.isComplete, view.isChecked], [false, false])
    settle(view, 0)
    assert.deepEqual([view.isComplete, view.isChecked], [true, true])
  })

  test('is checked again when it begins anew, or the raw topic may be another one; an older check counts no more', () => {
    const { view, ask } = viewOf({ isSettled: false })
    const read = () => {
      view.take(1, { key: KEY, value: valueWith(1) })
      view.reachedEnd(1)
    }
    read()
    const again = [() => view.checkAgain(), () => view.begin()]
    for (const begin of again) {
      const [older] = view.unchecked
      begin()
      read()
      older?.confirm()
      assert.equal(ask(1).kind, 'new')
      view.unchecked[0]?.confirm()
      assert.equal(ask(1).kind, 'same')
      view.checkAgain()
    }
    view.distrust(1)
    view.checkAgain()
    assert.deepEqual(view.unchecked, [], 'what is known to be wrong stays so')
  })

  test('keeps the journals that changed last, and does not take one that it dropped for new', () => {
    const { view, ask } = viewOf({ memoryBytes: 10_000 })
    view.reachedEnd(1)
    for (let number = 0; number < 100; number++) {
      view.take(1, { key: Buffer.from(`S1/T1/other-${number}`), value: valueWith(1) })
      view.take(1, { key: KEY, value: valueWith(number + 1) })
    }
    assert.ok(view.bytes <= 10_000)
    assert.equal(ask(100).kind, 'same')
    assert.deepEqual(view.stateOf({ ...NAME, journalId: 'other-0' }), { kind: 'unavailable', reason: 'no-room' })
  })

  test('tells when the stage’s position goes back: then it is another topic', () => {
    const { view, ask, position } = viewOf()
    assert.equal(position(10), true)
    assert.equal(position(20), true)
    assert.deepEqual(view.positions, [-1, 20])
    view.take(1, { key: KEY, value: valueWith(1) })
    assert.equal(position(19), false)
    view.begin()
    settle(view, 1)
    assert.equal(ask(1).kind, 'new')
    assert.equal(position(3), true)
  })

  test('says nothing of a partition whose raw topic is another one, until it is read anew', () => {
    const { view, ask } = viewOf()
    view.take(1, { key: KEY, value: valueWith(1) })
    view.reachedEnd(1)
    view.distrust(1)
    assert.equal(ask(1).kind, 'new')
    assert.deepEqual(view.stateOf(NAME), { kind: 'unavailable', reason: 'reading' })
    assert.equal(view.isComplete, false)
    view.begin()
    view.take(1, { key: KEY, value: valueWith(1) })
    settle(view, 1)
    assert.equal(ask(1).kind, 'same')
  })
})
