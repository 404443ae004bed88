import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { contentHash } from '../../src/dedup/content.ts'
import { newJournal, take } from '../../src/dedup/journal.ts'
import { journalValue, packJournal } from '../../src/dedup/journal-value.ts'
import { positionValue } from '../../src/dedup/position.ts'
import { invoiceIdOf } from '../../src/invoice/identity.ts'
import { Acknowledged } from '../../src/known/acknowledged.ts'
import { JournalsView } from '../../src/known/journals-view.ts'
import { Known } from '../../src/known/known.ts'

const IDENTITY = { storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber: 42 }
const ID = invoiceIdOf(IDENTITY)
const VALUE = Buffer.from('{"a":1}')
const OTHER_VALUE = Buffer.from('{"a":2}')
const MIB = 2 ** 20

function knownOf({ hasMemory = true, hasView = true } = {}) {
  const told: string[] = []
  const view = new JournalsView({ memoryBytes: MIB, partitions: 2, partitionOf: () => 1 })
  const known = new Known({
    acknowledged: hasMemory ? new Acknowledged(MIB) : null,
    view: hasView ? view : null,
    partitions: 2,
    onRepeat: (kind, by) => told.push(`${kind} by ${by}`),
    onForgotten: () => told.push('forgotten'),
  })
  const note = (offset: string | null, value = VALUE, partition = 1) =>
    known.note({ invoiceId: ID, value, partition, offset, receivedAtMs: 5 })
  const find = (value = VALUE) => known.find(ID, IDENTITY, value)
  return { known, view, told, note, find }
}

/** As if the stage had taken this value as the invoice. */
function judge(view: JournalsView, value: Buffer, rawOffset: number): void {
  const journal = newJournal()
  const { sequenceNumber } = IDENTITY
  take(journal, { sequenceNumber, contentHash: contentHash(value), rawOffset, receivedAtMs: 3 }, 1, false)
  view.take(1, { key: Buffer.from('S1/T1/J1'), value: journalValue(packJournal(journal)) })
  view.take(1, { key: Buffer.from('_position'), value: positionValue({ next: rawOffset + 1, timeMs: 0, last: null }) })
  view.reachedEnd(1)
  for (const { confirm } of view.unchecked) confirm()
}

suite('what is known of an invoice', () => {
  test('is nothing until it was acknowledged here, or judged', () => {
    const { find, note, told } = knownOf()
    assert.deepEqual(find(), { kind: 'new' })
    note('7')
    assert.deepEqual(find(), { kind: 'same', offset: '7', receivedAtMs: 5 })
    assert.deepEqual(find(OTHER_VALUE), { kind: 'other' })
    assert.deepEqual(told, ['same by instance', 'other by instance'])
  })

  test('comes from .journals when another instance has acknowledged it', () => {
    const { find, view, told } = knownOf()
    judge(view, VALUE, 4)
    assert.deepEqual(find(), { kind: 'same', offset: '4', receivedAtMs: 3 })
    assert.deepEqual(find(OTHER_VALUE), { kind: 'other' })
    assert.deepEqual(told, ['same by journals', 'other by journals'])
  })

  test('is what this instance has answered, even if the stage has another record of it', () => {
    const { find, view, note } = knownOf()
    judge(view, VALUE, 4)
    note('9')
    assert.equal((find() as { offset: string }).offset, '9')
  })

  test('is no conflict of the first invoice, when this instance has stored another one after it', () => {
    const { find, view, note, told } = knownOf()
    note('9', OTHER_VALUE)
    judge(view, VALUE, 4)
    assert.deepEqual(find(), { kind: 'same', offset: '4', receivedAtMs: 3 })
    assert.deepEqual(find(OTHER_VALUE), { kind: 'same', offset: '9', receivedAtMs: 5 })
    assert.deepEqual(find(Buffer.from('{"a":3}')), { kind: 'other' })
    assert.deepEqual(told, ['same by journals', 'same by instance', 'other by instance'])
  })

  test('is nothing where neither is on', () => {
    const { known, find, note, view } = knownOf({ hasMemory: false, hasView: false })
    judge(view, VALUE, 4)
    note('7')
    assert.equal(find().kind, 'new')
    assert.deepEqual(known.stateOf(IDENTITY), { kind: 'unavailable', reason: 'off' })
  })

  test('is forgotten when offsets go back: the topic is another one', () => {
    const { known, find, note, told } = knownOf()
    note('7')
    known.note({
      ...{ invoiceId: invoiceIdOf({ ...IDENTITY, sequenceNumber: 43 }), value: VALUE },
      partition: 1,
      offset: '7',
      receivedAtMs: 6,
    })
    assert.equal(find().kind, 'new')
    assert.deepEqual(told, ['forgotten'])
    note('8')
    assert.equal(find().kind, 'same')
    assert.deepEqual(known.leastEnds, [0, 9])
  })

  test('is forgotten when the raw topic is deleted, or has the id of another one', () => {
    const { known, find, note, view, told } = knownOf()
    note('2')
    known.rawIsAnother()
    assert.deepEqual([find().kind, known.leastEnds], ['new', [0, 0]])
    judge(view, VALUE, 4)
    assert.equal(find().kind, 'same')
    known.rawIsAnother()
    assert.equal(find().kind, 'new')
    judge(view, VALUE, 4)
    assert.equal(find().kind, 'same', 'what .journals says may be about the new one')
    known.rawIsGone()
    assert.equal(find().kind, 'new')
    assert.deepEqual(told, ['forgotten', 'same by journals', 'forgotten', 'same by journals', 'forgotten'])
  })

  test('counts again after the raw topic was deleted, if .journals was created anew before that was noticed', () => {
    const { known, find, view } = knownOf()
    judge(view, VALUE, 4)
    view.begin()
    known.rawIsGone()
    judge(view, VALUE, 0)
    assert.equal(find().kind, 'same')
  })

  test('is forgotten when the raw topic ends before what was acknowledged or judged', () => {
    const { known, find, note, view, told } = knownOf()
    judge(view, VALUE, 4)
    note('2')
    assert.deepEqual(known.leastEnds, [0, 5])
    known.rawEndsBefore(1, 4)
    assert.equal(find().kind, 'same', 'only what the stage has judged is doubted')
    known.rawEndsBefore(1, 2)
    assert.equal(find().kind, 'new')
    assert.deepEqual(told, ['same by instance', 'forgotten'])
  })
})
