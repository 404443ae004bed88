import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLatencies } from '../../../src/tools/simulate/latencies.ts'
import { createSeries } from '../../../src/tools/simulate/series.ts'
import { summaryPage } from '../../../src/tools/simulate/summary-page.ts'
import { frozen, summaryOf } from './frozen-run.ts'

const charts = (html: string) => [...html.matchAll(/aria-label="([^"]+)"/g)].map(([, title]) => title)

test('a freeze is marked in both charts over time, beside what the caller marks', () => {
  const latencies = createLatencies()
  for (let i = 1; i <= 10_000; i++) latencies.record(i)
  const latencyCurve = latencies.curve()
  const startMs = Date.parse('2026-03-01T06:00:00Z')
  const marks = [{ fromMs: startMs + 39_000, toMs: startMs + 45_000, text: 'broker <1> frozen' }]
  const html = summaryPage(summaryOf(frozen(60), { latencyCurve, acknowledged: 6_000 }), marks)
  assert.deepEqual(charts(html), [
    'Planned and acknowledged invoices a second',
    'Latency over time',
    'Latency by percentile',
  ])
  assert.match(html, /Marked: broker &lt;1&gt; frozen \(at 39 s\), nothing was acknowledged for 5 s \(at 40 s\)\./)
  assert.equal(html.match(/class="band"/g)?.length, 4)
  assert.match(html, /class="verdict good">Every invoice was acknowledged\. Half within 5 ms, 99 % within 4\.9 s\./)
  assert.ok(html.includes('>99.9 %<'))
})

test('marks before and after the run are not drawn, and their number is said', () => {
  const startMs = Date.parse('2026-03-01T06:00:00Z')
  const mark = (from: number, to: number) => ({
    fromMs: startMs + 1_000 * from,
    toMs: startMs + 1_000 * to,
    text: `from ${from} s`,
  })
  const pageOf = (...marks: ReturnType<typeof mark>[]) => summaryPage(summaryOf(frozen(30)), marks)
  const html = pageOf(mark(-9, -1), mark(-1, 1), mark(29, 40), mark(61, 61))
  assert.equal(html.match(/class="band"/g)?.length, 4)
  assert.match(html, /Marked: from -1 s \(at -1 s\), from 29 s \(at 29 s\)\. 2 marks are left out: not in the time of/)
  assert.match(pageOf(mark(-9, -9)), /Each point is 1 s\. 1 mark is left out: not/)
  assert.doesNotMatch(pageOf(mark(0, 1)), /left out/)
})

test('without latencies there is no chart of them, and it is said why', () => {
  const series = createSeries(0, 2)
  series.plan(0)
  series.settle(0, 2_000, false)
  const html = summaryPage(
    summaryOf(series, { latencyMs: null, series: series.steps(false), intended: 1, unanswered: 1 }),
  )
  assert.deepEqual(charts(html), ['Planned and acknowledged invoices a second'])
  assert.match(html, /class="verdict">0 of 1 invoices were acknowledged.*No latencies: nothing was acknowledged\./)
})

test('an hour at ten thousand a second is a page of less than 200 KB', () => {
  const series = createSeries(0, 3_600)
  for (let second = 0; second < 3_600; second++) {
    series.plan(second * 1_000)
    series.settle(second * 1_000, second * 1_000 + (second % 500), true)
  }
  assert.ok(summaryPage(summaryOf(series)).length < 200_000)
})
