import type { PartitionRange } from '../../kafka/read-position.ts'
import type { Audit } from './audit.ts'
import {
  breakingKinds,
  FINDING_KINDS,
  type Finding,
  type FindingCounts,
  type FindingKind,
  type JournalName,
} from './finding.ts'

/** One journal that has records or answers. */
export interface JournalReport extends JournalName {
  readonly records: number
  /** Distinct sequence numbers. */
  readonly invoices: number
  readonly found: FindingCounts
}

/** What an audit came to. */
export interface AuditReport {
  /** Whether nothing was found that breaks the promise. */
  readonly held: boolean
  /** The kinds of findings that do, worst first. */
  readonly brokenBy: readonly FindingKind[]
  readonly hasAnswers: boolean
  readonly strict: boolean
  /** How many times the log was read. */
  readonly passes: number
  readonly ranges: readonly PartitionRange[]
  readonly totals: {
    readonly stores: number
    readonly journals: number
    readonly records: number
    readonly invoices: number
    /** Invoices that were acknowledged, within the ranges. */
    readonly acknowledged: number
    readonly found: FindingCounts
  }
  /** By store, terminal and journal. */
  readonly journals: readonly JournalReport[]
  /** The first findings of each kind. */
  readonly findings: Readonly<Record<FindingKind, readonly Finding[]>>
}

/** The report of an audit that has ended its last pass. */
export function reportOf(
  audit: Audit,
  options: { ranges: readonly PartitionRange[]; hasAnswers: boolean; strict: boolean },
): AuditReport {
  const found = audit.findings.counts
  const brokenBy = breakingKinds(options).filter((kind) => found[kind] > 0)
  let acknowledged = 0
  const journals: JournalReport[] = []
  for (const { name, records, copies, found, answers } of audit.journals) {
    acknowledged += answers?.acknowledged.count ?? 0
    journals.push({ ...name, records, invoices: copies.atLeast(1).count, found })
  }
  journals.sort(
    (a, b) => compare(a.storeId, b.storeId) || compare(a.terminalId, b.terminalId) || compare(a.journalId, b.journalId),
  )
  const totals = {
    stores: new Set(journals.map(({ storeId }) => storeId)).size,
    journals: journals.length,
    records: journals.reduce((sum, { records }) => sum + records, 0) + found.foreign,
    invoices: journals.reduce((sum, { invoices }) => sum + invoices, 0),
    acknowledged,
    found,
  }
  const { findings, passes } = audit
  return { held: brokenBy.length === 0, brokenBy, ...options, passes, totals, journals, findings: findings.kept }
}

/** The report without the journals in which nothing was found. */
export function withFindingsOnly(report: AuditReport): AuditReport {
  const hasFindings = ({ found }: JournalReport) => FINDING_KINDS.some((kind) => found[kind] > 0)
  return { ...report, journals: report.journals.filter(hasFindings) }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
