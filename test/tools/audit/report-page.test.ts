import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noFindings } from '../../../src/tools/audit/finding.ts'
import type { AuditReport } from '../../../src/tools/audit/report.ts'
import { reportAsPage } from '../../../src/tools/audit/report-page.ts'

function reportWith(stores: number): AuditReport {
  const journals = Array.from({ length: stores }, (_, i) => ({
    ...{ storeId: `S<${i}>`, terminalId: 'T1', journalId: 'J1', records: 10, invoices: 10 },
    found: { ...noFindings(), gaps: i },
  }))
  const found = { ...noFindings(), gaps: (stores * (stores - 1)) / 2 }
  const lists = Object.fromEntries(Object.keys(found).map((kind) => [kind, []])) as unknown as AuditReport['findings']
  return {
    verdict: stores > 1 ? 'broken' : 'held',
    held: stores <= 1,
    brokenBy: stores > 1 ? ['gaps'] : [],
    ...{ hasAnswers: false, hasUnique: false, strict: false, passes: 1 },
    ranges: [{ partition: 0, start: 0, from: 0, to: 10 * stores, end: 10 * stores }],
    notJudged: {
      ...{ belowStart: 0, notRead: 0, unplaced: 0, older: 0, unwanted: 0, uncompared: 0, unchecked: 0, waiting: 0 },
      ...{ uniqueDeleted: 0, deleted: [] },
    },
    totals: {
      stores,
      journals: stores,
      records: 10 * stores,
      invoices: 10 * stores,
      acknowledged: 0,
      unique: 0,
      conflictsTopic: 0,
      found,
    },
    journals,
    findings: { ...lists, gaps: [{ storeId: 'S<1>', terminalId: 'T1', journalId: 'J1', sequenceNumber: 3 }] },
  }
}

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
