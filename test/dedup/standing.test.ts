import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { PartitionState } from '../../src/dedup/partition-state.ts'
import { Standing } from '../../src/dedup/standing.ts'

/** A standing, and a clock that the test sets. */
function standingAt(startMs: number) {
  const clock = { ms: startMs }
  return { clock, standing: new Standing(3, () => clock.ms) }
}

function stateAt(next: number): PartitionState {
  const state = new PartitionState({ idleMs: 1e12 })
  if (next > 0) state.apply(new Map(), { next, timeMs: 1, last: null })
  return state
}

suite('the standing of a partition', () => {
  test('has a reason until the state is restored, and from the loss on', () => {
    const { standing } = standingAt(0)
    assert.equal(standing.reason, 'restoring')
    standing.restored(stateAt(0))
    assert.equal(standing.reason, undefined)
    standing.lost('fenced')
    assert.equal(standing.reason, 'fenced')
  })

  test('shows how long the position has not moved while there are records to judge', () => {
    const { clock, standing } = standingAt(1_000)
    standing.restored(stateAt(5))
    standing.fetched(40)
    clock.ms = 4_000
    assert.deepEqual(standing.figures, { partition: 3, lag: 40, journals: 0, positionAgeMs: 3_000 })
    standing.committed(stateAt(9))
    assert.equal(standing.figures.positionAgeMs, 0)
    clock.ms = 9_000
    standing.fetched(0)
    assert.deepEqual(standing.figures, { partition: 3, lag: 0, journals: 0, positionAgeMs: 0 })
  })

  test('gets older when the partition is restored again and again without moving on', () => {
    const { clock, standing } = standingAt(0)
    for (clock.ms = 1_000; clock.ms <= 10_000; clock.ms += 1_000) {
      standing.restored(stateAt(5))
      standing.fetched(40)
      standing.lost('no answer')
    }
    assert.equal(standing.figures.positionAgeMs, 10_000)
  })

  test('is young when another owner has moved the position meanwhile', () => {
    const { clock, standing } = standingAt(0)
    standing.restored(stateAt(5))
    standing.lost('fenced')
    clock.ms = 60_000
    standing.restored(stateAt(900))
    assert.equal(standing.figures.positionAgeMs, 0)
  })
})
