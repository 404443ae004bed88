import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { htmlTable, reportPage } from '../../../src/tools/report/page.ts'

const HOSTILE = '"><img src=x onerror=alert(1)>'

test('a page loads and runs nothing: its policy allows its own style alone', () => {
  const html = reportPage({ title: 'A', verdict: 'B', isGood: true, sections: [] })
  const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(html) ?? []
  const hash = createHash('sha256').update(style).digest('base64')
  assert.ok(html.includes(`content="default-src 'none'; style-src 'sha256-${hash}'"`))
  assert.doesNotMatch(html, /<script|<link|https?:/)
})

test('every text is escaped', () => {
  const sections = [{ heading: HOSTILE, note: HOSTILE, content: htmlTable([[HOSTILE, HOSTILE]], { heads: [HOSTILE] }) }]
  const html = reportPage({ title: HOSTILE, verdict: HOSTILE, isGood: false, sections })
  assert.doesNotMatch(html, /<img/)
  assert.equal(html.match(/&lt;img/g)?.length, 8)
})
