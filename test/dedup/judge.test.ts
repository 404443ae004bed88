import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { MAX_AHEAD } from '../../src/dedup/journal.ts'
import { Draft, type Verdict } from '../../src/dedup/judge.ts'
import { nextStep, type Output } from '../../src/dedup/output.ts'
import { PartitionState } from '../../src/dedup/partition-state.ts'
import type { RawRecord } from '../../src/dedup/raw-record.ts'
import { judgeNaively } from './naive-judge.ts'
import { DAY_MS, MINUTE_MS, rawLog, rawRecord, sent } from './raw-records.ts'

const RULES = { idleMs: 30 * DAY_MS }
const LIMITS = { maxRecords: 7, maxBytes: 1e6 }

/** Judges one record after the other, each in a step of its own. */
function verdictsOn(log: readonly RawRecord[], state = new PartitionState(RULES)): Verdict[] {
  return log.map((record) => {
    const draft = new Draft(state)
    const verdict = draft.judge(record)
    const { journals, position } = draft.changes()
    state.apply(journals, position)
    return verdict
  })
}

/** Judges the log in transactions; says what each has written. */
function outputsOf(log: readonly RawRecord[], state: PartitionState): Output[] {
  const outputs: Output[] = []
  for (let from = 0; from < log.length; ) {
    const step = nextStep(state, { records: log, from, nextOffset: (log.at(-1)?.offset ?? -1) + 1 }, LIMITS)
    outputs.push(step.output)
    state.apply(step.changes.journals, step.changes.position)
    from = step.end
  }
  return outputs
}

function record(
  sequenceNumber: number,
  offset: number,
  more: { content?: number; writing?: number; atMs?: number; isUploaded?: boolean } = {},
) {
  const { content = 0, writing = 0, atMs = Date.UTC(2026, 0, 1), isUploaded = false } = more
  const isForeign = false
  return rawRecord(
    { journal: 0, sequenceNumber, content, writing, clockErrorMs: 0, isForeign, isUploaded },
    offset,
    atMs,
  )
}

suite('a draft', () => {
  test('takes the first record of a number for the invoice', () => {
    assert.deepEqual(verdictsOn([record(1, 0), record(2, 1)]), [{ kind: 'first' }, { kind: 'first' }])
  })

  test('takes equal content in other bytes for the same invoice', () => {
    const [, second] = verdictsOn([record(1, 5), record(1, 9, { writing: 1 })])
    assert.deepEqual(second, { kind: 'duplicate', firstOffset: 5 })
  })

  test('takes other content for a conflict, and names the first', () => {
    const [, second] = verdictsOn([record(1, 5), record(1, 9, { content: 1 })])
    assert.deepEqual(second, { kind: 'other-content', firstOffset: 5 })
  })

  test('says of a repeat that is too old that it was not compared', () => {
    const start = Date.UTC(2026, 0, 1)
    const log = Array.from({ length: 40 }, (_, index) => record(index + 1, index, { atMs: start + index * MINUTE_MS }))
    const repeats = [record(1, 40, { atMs: start + 40 * MINUTE_MS }), record(25, 41, { atMs: start + 40 * MINUTE_MS })]
    assert.deepEqual(verdictsOn([...log, ...repeats]).slice(-2), [
      { kind: 'uncompared', firstOffset: null },
      { kind: 'duplicate', firstOffset: 24 },
    ])
  })

  test('compares all of an upload of 1,000 that is sent again at once', () => {
    const log = Array.from({ length: 2_000 }, (_, index) => record((index % 1_000) + 1, index, { isUploaded: true }))
    const tenMinutesLater = record(1, 2_000, { atMs: Date.UTC(2026, 0, 1) + 11 * MINUTE_MS })
    assert.equal(verdictsOn([...log, tenMinutesLater]).at(-1)?.kind, 'uncompared')
    assert.ok(verdictsOn(log).every(({ kind }, index) => kind === (index < 1_000 ? 'first' : 'duplicate')))
  })

  test('takes no number that opens one gap too many, but every other', () => {
    const log = Array.from({ length: MAX_AHEAD }, (_, index) => record(2 * index + 3, index))
    const more = [record(1e9, 1e6), record(4, 1e6 + 1), record(1e9, 1e6 + 2), record(1, 1e6 + 3)]
    assert.deepEqual(
      verdictsOn([...log, ...more]).map(({ kind }) => kind),
      [...log.map(() => 'first'), 'too-many-gaps', 'first', 'first', 'first'],
    )
  })

  test('refuses to judge a record twice', () => {
    const draft = new Draft(new PartitionState(RULES))
    draft.judge(record(1, 3))
    assert.throws(() => draft.judge(record(1, 3)), /was judged before/)
  })

  test('changes nothing of the state before it is applied', () => {
    const state = new PartitionState(RULES)
    verdictsOn([record(1, 0)], state)
    const before = state.snapshot()
    new Draft(state).judge(record(2, 1))
    assert.deepEqual(state.snapshot(), before)
  })

  test('agrees with the naive rule on every log', () => {
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 300, size: 'max' }), (all) => {
        const log = rawLog(all)
        assert.deepEqual(verdictsOn(log), judgeNaively(log, RULES.idleMs))
      }),
      { numRuns: 200 },
    )
  })
})

suite('the state', () => {
  test('restored from what was written is the state that was computed, wherever the owner changed', () => {
    fc.assert(
      fc.property(
        fc.array(sent, { maxLength: 200, size: 'max' }),
        fc.nat(200),
        fc.nat(1_000),
        (all, cut, compacted) => {
          const log = rawLog(all)
          const straight = new PartitionState(RULES)
          const outputs = outputsOf(log, straight)
          const first = new PartitionState(RULES)
          const before = outputsOf(log.slice(0, cut), first)
          const restored = restoredFrom(before, compacted)
          assert.deepEqual(restored.snapshot(), first.snapshot())
          const after = outputsOf(log.slice(cut), restored)
          assert.deepEqual(withoutIdle(restored), withoutIdle(straight))
          for (const topic of ['unique', 'conflicts'] as const)
            assert.deepEqual(
              [...before, ...after].flatMap((output) => output[topic]),
              outputs.flatMap((output) => output[topic]),
            )
        },
      ),
      { numRuns: 200 },
    )
  })
})

/** The state that `.journals` holds, after its first records were compacted: of each key only the last of them stays. */
function restoredFrom(outputs: readonly Output[], compacted: number): PartitionState {
  const records = outputs.flatMap(({ journals }) => journals)
  const head = records.slice(0, compacted)
  const lastOf = new Map(head.map(({ key }, index) => [key?.toString(), index]))
  const state = new PartitionState(RULES)
  for (const [index, { key, value }] of records.entries())
    if (index >= head.length || lastOf.get(key?.toString()) === index) state.restore(key, value)
  return state
}

/** Which idle journals already have their tombstone depends on when the owner changed, and changes no verdict. */
function withoutIdle(state: PartitionState) {
  const { position, journals } = state.snapshot()
  const isKept = ({ touchedMs }: { touchedMs: number }) => touchedMs >= position.timeMs - RULES.idleMs
  return { position, journals: Object.fromEntries(Object.entries(journals).filter(([, journal]) => isKept(journal))) }
}
