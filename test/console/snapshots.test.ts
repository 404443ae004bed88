import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecentAnswers } from '../../src/console/recent-answers.ts'
import { Snapshots } from '../../src/console/snapshots.ts'
import { fakeSources } from './fake-sources.ts'

const FIGURES = fakeSources().figures()
const AROUND = { viewers: 1, cluster: { brokers: [], leaderless: 0, underReplicated: 0 }, journals: null }

test('lanes are summed up, and those that are out for longest are named', () => {
  const { lanes } = new Snapshots(new RecentAnswers()).take(FIGURES, AROUND) ?? assert.fail()
  const { oldest, ...sums } = lanes
  assert.deepEqual(sums, { partitions: 2, pendingRecords: 10, busy: 1, stalled: 1, oldestBatchMs: 9 })
  assert.deepEqual(
    oldest.map(({ partition }) => partition),
    [1],
  )
})

test('there are no two snapshots at once, and no rates over a time when nobody watched', () => {
  const answers = new RecentAnswers()
  const snapshots = new Snapshots(answers)
  const take = (nowMs: number) => snapshots.take(FIGURES, AROUND, nowMs, nowMs)
  take(0)
  for (let n = 0; n < 6; n++) answers.note({ route: 'post', kind: 'receipt', status: 201, durationMs: 1 })
  assert.equal(take(499), null)
  assert.equal(take(2_000)?.rates.acknowledged, 3)
  answers.note({ route: 'post', kind: 'receipt', status: 201, durationMs: 1 })
  assert.equal(take(60_000)?.rates.acknowledged, 0)
  const { rows } = snapshots.history
  assert.deepEqual(rows.map(([atMs, acknowledged]) => [atMs, acknowledged]), [[2_000, 3], [59_999, null]]) // biome-ignore format: pairs
})

test('the history is bounded', () => {
  const snapshots = new Snapshots(new RecentAnswers())
  for (let second = 0; second < 1_500; second++) snapshots.take(FIGURES, AROUND, 1_000 * second, second)
  assert.equal(snapshots.history.rows.length, 900)
})
