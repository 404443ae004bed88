import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLatencies } from '../../../src/tools/simulate/latencies.ts'
import { createSeries } from '../../../src/tools/simulate/series.ts'
import { groupsOf, sparkline } from '../../../src/tools/simulate/sparkline.ts'
import { progressText, summaryText } from '../../../src/tools/simulate/summary-text.ts'
import { frozen, NONE_WRONG, summaryOf } from './frozen-run.ts'

test('a freeze can be seen in the bars, and every line fits 80 and 120 columns', () => {
  for (const columns of [80, 120]) {
    const text = summaryText(summaryOf(frozen(60)), columns)
    assert.match(text, /acknowledged +[▁▂▃▄▅▆▇█]+ +0 to [\d,]+\/s/)
    assert.match(text, / max +▁+[▂▃▄▅▆▇█]+▁+ +5 ms to 5\.\d+ s/)
    for (const line of text.split('\n')) assert.ok(line.length <= columns, `${line.length}: ${line}`)
  }
})

test('without latencies none are shown, and it is said why', () => {
  const series = createSeries(0, 2)
  series.plan(0)
  series.settle(0, 2_000, false)
  const nothing = { latencyMs: null, series: series.steps(false), intended: 1, unanswered: 1, achievedPerSecond: 0 }
  const unanswered = { ...nothing, statuses: { none: 2 } }
  const reasoned = summaryText(summaryOf(series, { ...unanswered, diagnosis: 'the gateway is not ready: no topic' }))
  assert.match(reasoned, /^ {2}answers +2 x no answer$/m)
  assert.match(reasoned, /^No latencies: nothing was acknowledged\. The gateway is not ready: no topic$/m)
  const texts = [reasoned, summaryText(summaryOf(series, { ...nothing, refusal: 'too busy' }))]
  for (const text of texts) assert.doesNotMatch(text, /^ {2}(?:latency|own lateness|p50|p99|max) |latencies are/m)
  assert.match(texts[1] ?? '', /^REFUSED to tell latencies: too busy\.$/m)
})

test('what tills sent wrongly is told only where there was any', () => {
  const wrong = {
    changed: { sent: 1_200, acknowledged: 300, quarantined: 900 },
    older: NONE_WRONG,
    twin: { sent: 7, acknowledged: 4, quarantined: 2 },
  }
  const lines = summaryText(summaryOf(frozen(60), { wrong })).split('\n')
  assert.deepEqual(
    lines.filter((line) => line.startsWith('  sent wrongly')),
    [
      '  sent wrongly  1,200 with other content: 300 acknowledged, 900 quarantined',
      '  sent wrongly  7 of twins: 4 acknowledged, 2 quarantined',
    ],
  )
  for (const line of lines) assert.ok(line.length <= 80, line)
  assert.doesNotMatch(summaryText(summaryOf(frozen(60))), /wrongly/)
})

test('the line while it runs tells how old the oldest invoice without an answer is, and fits', () => {
  const series = createSeries(0, 60)
  const latencies = createLatencies()
  series.plan(3_500)
  const counts = { intended: 1, sent: 1, attempts: 1, resent: 0, acknowledged: 0, quarantined: 0, unanswered: 1 }
  const progress = { seconds: 8, counts, latencies, series }
  assert.equal(progressText(progress, 8_000, 80), '8 s  0 acknowledged  1 waiting (oldest 5 s)  ▁▁▁█▁▁▁▁▁')
  for (const columns of [40, 80, 120]) {
    const busy = { ...counts, acknowledged: 1_234_567, resent: 1_234, quarantined: 12, unanswered: 123_456 }
    assert.ok(progressText({ ...progress, counts: busy }, 3_600_000, columns).length < columns)
  }
})

test('a run of a day has steps of more than a second, and as many lines as a short one', () => {
  const series = createSeries(0, 86_400)
  assert.equal(series.stepSeconds, 24)
  series.plan(86_399_000)
  series.settle(86_399_000, 1e12, false) // an answer long after the last step
  const steps = series.steps(true)
  assert.ok(steps.length <= 7_200)
  assert.equal(steps[3_599]?.planned, 1)
  assert.equal(summaryText(summaryOf(series)).split('\n').length, summaryText(summaryOf(frozen(60))).split('\n').length)
})

test('bars are as high as their share of the largest; groups keep every value', () => {
  assert.equal(sparkline([0, 1, null, 2]), '▁▅ █')
  assert.equal(sparkline([0, 0]), '▁▁')
  assert.deepEqual(groupsOf([1, 2, 3, 4, 5], 3), [[1, 2], [3, 4], [5]])
  assert.deepEqual(groupsOf([1, 2], 80), [[1], [2]])
})
