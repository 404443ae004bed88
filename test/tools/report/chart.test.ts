import assert from 'node:assert/strict'
import { test } from 'node:test'
import { barChart, lineChart, roundTicks } from '../../../src/tools/report/chart.ts'

const HOSTILE = '<script>alert("1")</script>'

const chart = {
  title: HOSTILE,
  xs: [0, 1, 2, 3],
  xTicks: [{ at: 0, text: HOSTILE }],
  xTitle: HOSTILE,
  lines: [{ name: HOSTILE, values: [1, null, 100, 10] }],
  text: (value: number) => `${value} ms`,
  bands: [{ from: 1, to: 2, text: HOSTILE }],
}

test('a line has a hole where nothing was measured, and every text is escaped', () => {
  for (const scale of ['linear', 'log'] as const) {
    const svg = lineChart({ ...chart, scale })
    const [, path = ''] = /class="line c0" d="([^"]+)"><title>/.exec(svg) ?? []
    assert.equal(path.match(/M/g)?.length, 2, path)
    assert.doesNotMatch(svg, /<script|NaN|Infinity/)
    assert.match(svg, /class="band"/)
  }
})

test('on a logarithmic scale a step across is ten times the one below', () => {
  const svg = lineChart({ ...chart, scale: 'log' })
  for (const label of ['1 ms', '10 ms', '100 ms']) assert.ok(svg.includes(`>${label}<`), label)
  assert.ok(!svg.includes('>1000 ms<'))
})

test('a chart of nothing, of zeros and of one point is still a chart', () => {
  for (const scale of ['linear', 'log'] as const)
    for (const values of [[], [0], [null], [0, 0], [5]]) {
      const xs = values.map((_, i) => i)
      assert.doesNotMatch(lineChart({ ...chart, xs, lines: [{ name: 'a', values }], scale }), /NaN|Infinity/)
    }
  assert.doesNotMatch(barChart('none', [], String), /NaN|Infinity/)
  assert.doesNotMatch(barChart('zero', [{ name: 'a', value: 0 }], String), /NaN|Infinity/)
})

test('the longest bar is of the largest value; long names are cut, and escaped', () => {
  const svg = barChart(
    'bars',
    [
      { name: HOSTILE, value: 1 },
      { name: 'S'.repeat(64), value: 4 },
    ],
    String,
  )
  const widths = [...svg.matchAll(/class="bar"[^>]* width="([\d.]+)"/g)].map(([, width]) => Number(width))
  assert.equal(widths[1], 4 * (widths[0] as number))
  assert.ok(svg.includes('…'))
  assert.doesNotMatch(svg, /<script/)
})

test('ticks are round numbers, few of them, from 0 on', () => {
  for (const last of [1, 7, 60, 3_599, 86_400]) {
    const ats = roundTicks(last, String).map(({ at }) => at)
    assert.equal(ats[0], 0)
    assert.ok(ats.length >= 2 && ats.length <= 8, `${last}: ${ats}`)
    assert.ok((ats.at(-1) as number) <= last)
  }
})
