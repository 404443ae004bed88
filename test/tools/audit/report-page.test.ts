import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportAsPage } from '../../../src/tools/audit/report-page.ts'
import { reportWith } from './report-with.ts'

test('the verdict comes first, then a chart of the stores with the most findings', () => {
  const html = reportAsPage('invoices', reportWith(10_000))
  assert.match(html, /class="verdict">The promise is broken: 49,995,000 missing numbers\. 100,000 records/)
  assert.ok(html.includes('aria-label="Missing numbers, by store"'))
  assert.ok(html.includes('9,999 stores; those that are not shown have 49,695,465 together.'))
  assert.ok(html.includes('The 500 with the most findings, of 9,999.'))
  assert.ok(html.includes('S&lt;1&gt;/T1/J1/3'))
  assert.doesNotMatch(html, /S<\d/)
  assert.ok(html.length < 200_000, `${html.length}`)
})

test('a promise that held has no findings to show', () => {
  const html = reportAsPage('invoices', reportWith(1))
  assert.match(html, /class="verdict good">The promise held\./)
  assert.doesNotMatch(html, /Journals with findings|by store/)
})
