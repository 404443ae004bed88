import { noFindings } from '../../../src/tools/audit/finding.ts'
import type { AuditReport } from '../../../src/tools/audit/report.ts'

/** A report of so many stores, of which each but the first misses numbers. */
export function reportWith(stores: number): AuditReport {
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
