import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { suite, test } from 'node:test'
import { barChart } from '../../bench/bar-chart.ts'
import { chartsOf } from '../../bench/charts.ts'

const BENCH = new URL('../../bench/', import.meta.url)
const results = await readFile(new URL('RESULTS.md', BENCH), 'utf8')

suite('the charts of bench/RESULTS.md', () => {
  test('are what its tables say (`npm run bench:charts` draws them), and there are no others', async () => {
    const charts = chartsOf(results)
    for (const [name, svg] of charts) assert.equal(await readFile(new URL(`charts/${name}`, BENCH), 'utf8'), svg, name)
    assert.deepEqual((await readdir(new URL('charts/', BENCH))).sort(), [...charts.keys()].sort())
  })

  test('are each shown once, with words for those who do not see them', () => {
    const shown = [...results.matchAll(/^!\[(.+)\]\(charts\/(.+)\)$/gm)].map(([, words, name]) => ({ words, name }))
    assert.deepEqual(shown.map(({ name }) => name).sort(), [...chartsOf(results).keys()].sort())
    for (const { words } of shown) assert.match(String(words), /^Bars of \w+/)
  })

  test('change with a figure, in the picture and in words', () => {
    const changed = chartsOf(results.replace('| 11960 (', '| 9999 ('))
    const svg = String(changed.get('naive.svg'))
    assert.match(svg, /<desc .*gateway 9,999, naive kafkajs 2,163/)
    assert.match(svg, /<text [^>]+>9,999<\/text>/)
    assert.notEqual(svg, chartsOf(results).get('naive.svg'))
  })

  test('are not drawn from a table that is gone, has other columns, or has no figure where one belongs', () => {
    assert.throws(
      () => chartsOf(results.replace('### Memory under the limit, as shipped', '### Memory')),
      /no table below .*Memory under the limit, as shipped/,
    )
    assert.throws(() => chartsOf(results.replaceAll('| resident MiB |', '| MB |')), /no column resident MiB/)
    assert.throws(() => chartsOf(results.replace(/\| just started \| \d+/, '| just started | -')), /no figure: -/)
  })

  test('have all of their names within the picture, and none over another', () => {
    for (const [name, svg] of chartsOf(results)) {
      const texts = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"(?: text-anchor="(\w+)")?>([^<]+)</g)].map(
        ([, x, y, anchor = 'start', content = '']) => {
          const width = content.length * 6.5 // as wide as in DejaVu Sans; other fonts are narrower
          const left = Number(x) - width * { start: 0, middle: 0.5, end: 1 }[anchor as 'start' | 'middle' | 'end']
          return { y, content, left, right: left + width }
        },
      )
      for (const { content, left, right } of texts)
        assert.ok(left >= 0 && right <= 760, `${name}: ${content} is cut off`)
      const legend = texts.filter(({ y }) => y === '48')
      for (const [i, { content, left }] of legend.entries())
        assert.ok(i === 0 || left > 18 + Number(legend[i - 1]?.right), `${name}: ${content} is over another name`)
    }
  })
})

suite('a chart of bars', () => {
  const bars = [
    { series: 'a', median: 10, least: 5, most: 20 },
    { series: 'b', median: 5, least: 5, most: 5 },
  ]
  const chart = { title: 'A < B', unit: 'ms', groups: [{ name: 'one', bars }] }
  const widths = (svg: string) =>
    [...svg.matchAll(/<rect class="s\d" x="\d+" y="\d+" width="([\d.]+)" height="14"/g)].map(([, width]) =>
      Number(width),
    )

  test('has a title, its unit, a text alternative and the colours of both schemes', () => {
    const svg = barChart({ ...chart, scale: 'linear' })
    assert.match(svg, /<title id="title">A &lt; B<\/title>\n<desc id="words">ms\. one: a 10, b 5\.<\/desc>/)
    assert.match(svg, /role="img" aria-labelledby="title words"/)
    assert.match(svg, />ms; bar: median, line: least to most<\/text>/)
    assert.match(svg, /@media \(prefers-color-scheme: dark\)/)
  })

  test('has a colour for each series in both schemes, and is not drawn where there are too few colours', () => {
    const withSeries = (names: string) => {
      const bars = [...names].map((series) => ({ series, median: 1, least: 1, most: 1 }))
      return barChart({ ...chart, scale: 'linear', groups: [{ name: 'one', bars }] })
    }
    const svg = withSeries('abcd')
    for (const [, used] of svg.matchAll(/<rect class="(s\d)"/g))
      assert.equal(svg.split(`.${used} { fill: #`).length, 3, `${used} has no colour`)
    assert.throws(() => withSeries('abcde'), /at most four series, not a, b, c, d, e/)
  })

  test('draws values in proportion, and ten times as much as one step on a logarithmic scale', () => {
    const [a = 0, b = 0] = widths(barChart({ ...chart, scale: 'linear' }))
    assert.ok(Math.abs(a / b - 2) < 0.01, `${a} and ${b}`)
    const [x = 0, y = 0, zero] = widths(
      barChart({
        ...chart,
        scale: 'log',
        groups: [
          {
            name: 'one',
            bars: [1, 10, 100, 0].map((median) => ({ series: 'a', median, least: median, most: median })),
          },
        ],
      }),
    ).slice(1)
    assert.ok(Math.abs(y / x - 2) < 0.01, `${x} and ${y}`)
    assert.equal(zero, 0)
  })
})
