import type { JournalName } from '../../invoice/identity.ts'
import type { PartitionRange } from '../../kafka/read-position.ts'
import type { Audit } from './audit.ts'
import {
  breakingKinds,
  FINDING_KINDS,
  type Finding,
  type FindingCounts,
  type FindingKind,
  type Judged,
} from './finding.ts'
import type { NotJudgedCounts } from './not-judged.ts'

/** One journal that has records or answers. */
export interface JournalReport extends JournalName {
  readonly records: number
  /** Distinct sequence numbers. */
  readonly invoices: number
  readonly found: FindingCounts
}

/** Offsets of a partition from `from` on and below `to`. */
export interface DeletedRange {
  readonly partition: number
  readonly from: number
  readonly to: number
}

/**
 * `broken`: a finding breaks the promise. `incomplete`: no finding does, but records were deleted before they could be
 * judged, or are not in `.unique` yet. `nothing`: there was neither a record of an invoice nor a receipt to judge.
 */
export type Verdict = 'held' | 'broken' | 'incomplete' | 'nothing'

/** The result of an audit. */
export interface AuditReport {
  readonly verdict: Verdict
  /** Whether the verdict is `held`. */
  readonly held: boolean
  /** The kinds of findings that break the promise, worst first. */
  readonly brokenBy: readonly FindingKind[]
  readonly hasAnswers: boolean
  readonly hasUnique: boolean
  readonly strict: boolean
  /** How many times the log was read. */
  readonly passes: number
  /** What was judged. */
  readonly ranges: readonly PartitionRange[]
  readonly notJudged: Readonly<NotJudgedCounts> & {
    /** What was deleted while the log was read, and is in none of the ranges. */
    readonly deleted: readonly DeletedRange[]
  }
  readonly totals: {
    readonly stores: number
    readonly journals: number
    readonly records: number
    readonly invoices: number
    /** Invoices that were acknowledged, as far as that is judged. */
    readonly acknowledged: number
    /** Records of `.unique` and of `.conflicts` that were judged. */
    readonly unique: number
    readonly conflictsTopic: number
    readonly found: FindingCounts
  }
  /** By store, terminal and journal. */
  readonly journals: readonly JournalReport[]
  /** The first findings of each kind. */
  readonly findings: Readonly<Record<FindingKind, readonly Finding[]>>
}

/** The report of an audit that has ended its last pass. `deleted`: what was deleted while it was read. */
export function reportOf(
  audit: Audit,
  options: Judged & { readonly ranges: readonly PartitionRange[] },
  deleted: readonly DeletedRange[],
): AuditReport {
  const notJudged = { ...audit.notJudged, deleted }
  const found = audit.findings.counts
  const brokenBy = breakingKinds(options).filter((kind) => found[kind] > 0)
  let acknowledged = -notJudged.unplaced
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
    records: journals.reduce((sum, { records }) => sum + records, 0) + found.foreign + found.tombstones,
    invoices: journals.reduce((sum, { invoices }) => sum + invoices, 0),
    acknowledged,
    unique: audit.stage?.counts.unique ?? 0,
    conflictsTopic: audit.stage?.counts.conflicts ?? 0,
    found,
  }
  const { findings, passes } = audit
  const verdict = verdictOf(brokenBy, notJudged, totals)
  const held = verdict === 'held'
  return { verdict, held, brokenBy, ...options, passes, notJudged, totals, journals, findings: findings.kept }
}

function verdictOf(
  brokenBy: readonly FindingKind[],
  { deleted, uncompared, unchecked, waiting }: AuditReport['notJudged'],
  { invoices }: AuditReport['totals'],
): Verdict {
  if (brokenBy.length > 0) return 'broken'
  if (deleted.length > 0 || uncompared > 0 || unchecked > 0 || waiting > 0) return 'incomplete'
  return invoices === 0 ? 'nothing' : 'held' // without invoices, a judged receipt would be a lost invoice
}

/** The report without the journals in which nothing was found. */
export function withFindingsOnly(report: AuditReport): AuditReport {
  const hasFindings = ({ found }: JournalReport) => FINDING_KINDS.some((kind) => found[kind] > 0)
  return { ...report, journals: report.journals.filter(hasFindings) }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
