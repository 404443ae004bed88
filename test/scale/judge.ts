import type { AuditReport } from '../../src/tools/audit/report.ts'
import type { Summary } from '../../src/tools/simulate/summary.ts'
import { brokenRules } from '../harness/audit.ts'
import type { Exit } from '../harness/cli-process.ts'
import type { Told } from './told.ts'

/** All that tills may be told of valid invoices here: docs/deploy.md, docs/delivery.md. */
const CONTRACT: ReadonlySet<string> = new Set([
  '201 acknowledged',
  '502 unknown', // the balancer: a gateway broke off
  '503 rejected',
  '504 unknown',
  'none unknown', // a gateway broke off, and the balancer closed the connection
])

/** What there is to judge after the load has ended. */
export interface Evidence {
  readonly summary: Summary
  readonly told: Told
  readonly report: AuditReport
  /** Partitions that the added broker leads. */
  readonly ledByAdded: number
  /** How the gateways ended when they were told to at the end. */
  readonly exits: readonly Exit[]
}

/** Everything that breaks the promise; empty when all is well. */
export function judge({ summary, told, report, ledByAdded, exits }: Evidence): string[] {
  const { acknowledged, resent, quarantined, unanswered, isInterrupted } = summary
  const { found } = report.totals
  const foreign = [...told].filter(([answer]) => !CONTRACT.has(answer))
  return [
    ...foreign.map(([answer, times]) => `tills were told ${answer} ${times} times, which is not in the contract`),
    ...(quarantined > 0 ? [`${quarantined} invoices were quarantined`] : []),
    ...(unanswered > 0 ? [`${unanswered} invoices never got a definite answer`] : []),
    ...brokenRules(report),
    ...(found.duplicates > resent ? [`${found.duplicates} copies, but only ${resent} invoices were sent again`] : []),
    ...(report.totals.acknowledged === acknowledged
      ? []
      : [`the audit knows of ${report.totals.acknowledged} acknowledged invoices, tills of ${acknowledged}`]),
    ...(ledByAdded === 0 ? ['the added broker leads no partition'] : []),
    ...exits.flatMap(({ code, signal }) => (code === 0 ? [] : [`a gateway ended with ${code ?? signal}`])),
    ...(isInterrupted ? [] : ['tills stopped sending before everything was done']),
  ]
}
