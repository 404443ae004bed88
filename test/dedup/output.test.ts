import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { nextStep } from '../../src/dedup/output.ts'
import { PartitionState } from '../../src/dedup/partition-state.ts'
import { fingerprintOf, type RawRecord } from '../../src/dedup/raw-record.ts'
import { DAY_MS, MINUTE_MS, rawRecord } from './raw-records.ts'

const LIMITS = { maxRecords: 500, maxBytes: 700_000 }
const START_MS = Date.UTC(2026, 0, 1)

function record(sequenceNumber: number, offset: number, content = 0): RawRecord {
  const sent = { journal: 0, sequenceNumber, content, writing: 0, clockErrorMs: 0, isForeign: false }
  return rawRecord(sent, offset, START_MS + offset * MINUTE_MS)
}

function stepOf(records: readonly RawRecord[], limits = LIMITS) {
  const state = new PartitionState({ idleMs: 30 * DAY_MS })
  return nextStep(state, { records, from: 0, nextOffset: 100 }, limits)
}

suite('one step', () => {
  test('writes an invoice as it is, with the offset that it has in the raw topic', () => {
    const raw = record(1, 7)
    const { unique, conflicts } = stepOf([raw]).output
    assert.deepEqual(conflicts, [])
    assert.equal(unique[0]?.value, raw.value)
    assert.equal(unique[0]?.key, raw.key)
    assert.deepEqual(unique[0]?.headers, { ...raw.headers, 'pos-raw-offset': '7' })
  })

  test('writes no duplicate, and every conflict with its reason and the offset of the first where that is known', () => {
    const many = Array.from({ length: 40 }, (_, index) => record(index + 1, index))
    const { output, counts } = stepOf([...many, record(40, 40), record(40, 41, 1), record(1, 42)])
    const own = output.conflicts.map(({ headers }) => [
      headers['pos-raw-offset'],
      headers['pos-conflict'],
      headers['pos-first-offset'],
    ])
    assert.deepEqual(own, [
      ['41', 'other-content', '39'],
      ['42', 'uncompared', undefined],
    ])
    assert.deepEqual([counts.first, counts.duplicate, counts['other-content'], counts.uncompared], [40, 1, 1, 1])
  })

  test('always writes the position, also when nothing else is written', () => {
    const foreign = { offset: 3, timestampMs: 5, key: null, value: null, headers: {} }
    const { output, changes } = stepOf([foreign])
    assert.deepEqual(
      output.journals.map(({ key }) => key?.toString()),
      ['_position'],
    )
    assert.deepEqual(changes.position, {
      next: 100,
      timeMs: 5,
      last: { offset: 3, fingerprint: fingerprintOf(foreign) },
    })
  })

  test('ends at its limits, but takes at least one record', () => {
    const records = [record(1, 0), record(2, 1), record(3, 2)]
    assert.equal(stepOf(records, { maxRecords: 2, maxBytes: 1e6 }).end, 2)
    const one = stepOf(records, { maxRecords: 9, maxBytes: 1 })
    assert.equal(one.end, 1)
    assert.equal(one.changes.position.next, 1)
  })

  test('forgets journals that were idle for too long, with a tombstone', () => {
    const state = new PartitionState({ idleMs: DAY_MS })
    const first = nextStep(state, { records: [record(1, 0)], from: 0, nextOffset: 1 }, LIMITS)
    state.apply(first.changes.journals, first.changes.position)
    const later = { offset: 1, timestampMs: START_MS + 3 * DAY_MS, key: null, value: null, headers: {} }
    const second = nextStep(state, { records: [later], from: 0, nextOffset: 2 }, LIMITS)
    state.apply(second.changes.journals, second.changes.position)
    assert.deepEqual(second.output.journals[0], { key: Buffer.from('S/T/0'), value: null, headers: {} })
    assert.equal(state.journals, 0)
  })
})
